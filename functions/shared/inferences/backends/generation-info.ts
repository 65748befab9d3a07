import type { JsonObject } from '../../http/json-body.ts'

/**
 * The `info` text that the WebUI reads, for backends that give none: JSON with the prompt, the parameters that are known,
 * and one text for each image as A1111 writes it under its images.
 */
export function generationInfo(parameters: JsonObject, images: number): string {
  const { prompt = '', negative_prompt = '' } = parameters
  const known = Object.fromEntries(
    ['seed', 'steps', 'cfg_scale', 'width', 'height', 'sampler_name']
      .map((name) => [name, parameters[name]])
      .filter(([, value]) => value !== undefined && value !== null && value !== -1),
  )
  const infotext = [
    String(prompt ?? ''),
    ...(negative_prompt ? [`Negative prompt: ${negative_prompt}`] : []),
    Object.entries(known)
      .map(([name, value]) => `${LABELS[name] ?? name}: ${value}`)
      .join(', '),
  ]
  const infotexts = Array.from({ length: images }, () => infotext.filter((line) => line !== '').join('\n'))
  return JSON.stringify({ prompt, negative_prompt, ...known, infotexts })
}

const LABELS: Readonly<Record<string, string>> = {
  seed: 'Seed',
  steps: 'Steps',
  cfg_scale: 'CFG scale',
  width: 'Width',
  height: 'Height',
  sampler_name: 'Sampler',
}
