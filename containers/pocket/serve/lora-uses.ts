import { findNetworkTags, type NetworkTag } from '../text/network-tags.ts'
import { refuse, unsupported } from './container-error.ts'

/** A LoRA as a prompt names it, and how much it counts for each part of the model. */
export interface LoraUse {
  /** Its file's name, with or without the ending. */
  readonly name: string
  readonly textEncoder: number
  readonly unet: number
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const HEAVIEST = 100
const NAMED_WEIGHTS: readonly string[] = ['te', 'unet']

/**
 * The LoRAs of a prompt in A1111's syntax: `<lora:name>`, `<lora:name:weight>`, `<lora:name:textEncoder:unet>`, weights also as
 * `te=` and `unet=`. A name that comes twice counts once, the last time. `field` is how messages call the prompt.
 */
export function readLoraUses(field: string, prompt: string): LoraUse[] {
  const uses = findNetworkTags(prompt).map((tag) => readTag(field, tag))
  return [...new Map(uses.map((use) => [use.name, use])).values()]
}

function readTag(field: string, { kind, text, parts }: NetworkTag): LoraUse {
  if (kind !== 'lora') unsupported(`${field} has ${text}, which needs a model of the kind ${kind}; leave it out`)
  const [name = '', ...weights] = parts
  const named = new Map(weights.filter((weight) => weight.includes('=')).map(splitNamed))
  const positional = weights.filter((weight) => !weight.includes('='))
  if (positional.length > 2 || [...named.keys()].some((key) => !NAMED_WEIGHTS.includes(key)))
    unsupported(`${field} has ${text}, which is more than <lora:name:weight> or <lora:name:textEncoder:unet>`)
  if (name === '') refuse(field, `has ${text}, which names no LoRA`)
  const textEncoder = readWeight(field, text, named.get('te') ?? positional[0] ?? '1')
  const unet = readWeight(field, text, named.get('unet') ?? positional[1] ?? String(textEncoder))
  return { name, textEncoder, unet }
}

function splitNamed(weight: string): [name: string, value: string] {
  const at = weight.indexOf('=')
  return [weight.slice(0, at).trim(), weight.slice(at + 1).trim()]
}

function readWeight(field: string, tag: string, text: string): number {
  const weight = NUMBER.test(text) ? Number(text) : Number.NaN
  if (Math.abs(weight) <= HEAVIEST) return weight
  return refuse(field, `has ${tag}, whose weight "${text}" is no number from -${HEAVIEST} to ${HEAVIEST}`)
}
