// One cursor through readings of unlike length: what is shared is how much of the reading is done.

export const ownStep = (step, steps, own) =>               // at step of steps, the step of a reading of own steps: ceil(share x own) - 1
  Math.floor(((step + 1) * own + steps - 1) / steps) - 1

export const sharedStep = (own, count, steps) =>           // the last shared step at which that reading stands at own; steps >= count
  Math.floor((own + 1) * steps / count) - 1
