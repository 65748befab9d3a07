const MACHINE_KEYS = ['Comment', 'QueryLanguage', 'TimeoutSeconds', 'StartAt', 'States']

const STATE_KEYS = [
  'Type',
  'Comment',
  'Resource',
  'Arguments',
  'Items',
  'ItemReader',
  'ItemSelector',
  'ItemBatcher',
  'MaxConcurrency',
  'ItemProcessor',
  'Branches',
  'Seconds',
  'Choices',
  'Default',
  'Error',
  'Cause',
  'Assign',
  'Output',
  'TimeoutSeconds',
  'HeartbeatSeconds',
  'Retry',
  'Catch',
  'Next',
  'End',
]

const ORDERS = { machine: MACHINE_KEYS, state: STATE_KEYS }

/** Complains about keys that stand in another order than the rest of the house has them, or that it does not use. */
export function checkKeyOrder(keys: string[], kind: keyof typeof ORDERS): string[] {
  const order = ORDERS[kind]
  const unknown = keys.filter((key) => !order.includes(key))
  if (unknown.length > 0) return [`has fields that no machine here uses: ${unknown.join(', ')}`]
  const wanted = [...keys].sort((a, b) => order.indexOf(a) - order.indexOf(b))
  return wanted.join() === keys.join() ? [] : [`fields are not in the order ${wanted.join(', ')}`]
}
