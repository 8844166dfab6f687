// What carriers brought, under its name; an event of that name says that it is here.
const TYPES = {uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array, float32: Float32Array}

export function store() {                                  // one for all components of the page
  globalThis.medrnn ??= Object.assign(new EventTarget(), {items: new Map()})
  return globalThis.medrnn
}

export function unpack(bytes) {                            // header length, JSON header, arrays (see carry.py)
  const data = bytes.slice()                               // the view into the message is not aligned
  const size = new DataView(data.buffer).getUint32(0, true)
  const record = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + size)))
  for (const [name, {dtype, shape, at}] of Object.entries(record.arrays))
    record[name] = {shape, values: new TYPES[dtype](data.buffer, 4 + size + at, shape.reduce((a, b) => a * b, 1))}
  return record
}
