// What a PNG file says of itself in words.
const CRC = Uint32Array.from({length: 256}, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xEDB88320 ^ n >>> 1 : n >>> 1
  return n
})

export const HEAD = 33                                     // bytes of a PNG before its second chunk

export function textChunk(keyword, text) {                 // an iTXt chunk of PNG: UTF-8, not compressed
  const body = new TextEncoder().encode(`iTXt${keyword}\0\0\0\0\0${text}`), chunk = new Uint8Array(body.length + 8)
  const view = new DataView(chunk.buffer), sum = body.reduce((crc, byte) => CRC[(crc ^ byte) & 255] ^ crc >>> 8, -1)
  view.setUint32(0, body.length - 4); chunk.set(body, 4); view.setUint32(4 + body.length, ~sum >>> 0)
  return chunk
}
