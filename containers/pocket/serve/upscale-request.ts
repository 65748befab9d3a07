import { refuse, unsupported } from './container-error.ts'
import { type Fields, numberField, textField, wholeField } from './fields.ts'
import { imageField } from './render-request.ts'

/** What extra-single-image is asked for: a picture, and how large the result is. */
export interface UpscaleRequest {
  readonly image: Uint8Array
  readonly target: { readonly factor: number } | { readonly width: number; readonly height: number }
}

/** The upscalers that need no model. All of them are bicubic here. */
const UPSCALERS: ReadonlySet<string> = new Set(['', 'None', 'Lanczos', 'Bicubic', 'Nearest'])
const RESTORERS = ['gfpgan_visibility', 'codeformer_visibility', 'extras_upscaler_2_visibility'] as const

/** The request in an A1111 payload. Throws `InvalidPayload` naming the field, or `UnsupportedTask`. */
export function readUpscaleRequest(payload: Fields): UpscaleRequest {
  const upscaler = textField(payload, 'upscaler_1', 'None')
  if (!UPSCALERS.has(upscaler)) unsupported(`upscaler_1 is "${upscaler}"; this container has None, Lanczos, Bicubic`)
  for (const name of RESTORERS) {
    if (numberField(payload, name, { fallback: 0, min: 0, max: 1 }) > 0) unsupported(`${name} is above 0`)
  }
  const mode = wholeField(payload, 'resize_mode', { fallback: 0, min: 0, max: 1 })
  const side = (name: string): number => wholeField(payload, name, { fallback: 512, min: 1, max: 4096 })
  const target =
    mode === 1
      ? { width: side('upscaling_resize_w'), height: side('upscaling_resize_h') }
      : { factor: numberField(payload, 'upscaling_resize', { fallback: 2, min: 1, max: 8 }) }
  return { image: imageField(payload.image, 'image'), target }
}

/** Width and height of the result. Throws `InvalidPayload` when that is more than 4096 pixels a side. */
export function upscaledSize(
  { width, height }: { width: number; height: number },
  target: UpscaleRequest['target'],
): { width: number; height: number } {
  if ('width' in target) return target
  const size = { width: Math.round(width * target.factor), height: Math.round(height * target.factor) }
  if (Math.max(size.width, size.height) > 4096)
    refuse('upscaling_resize', `gives ${size.width} × ${size.height}; at most 4096 a side`)
  return size
}
