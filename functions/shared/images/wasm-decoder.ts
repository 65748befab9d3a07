import { BadImage, type Dimensions } from './bad-image.ts'

/** The types of Node.js know WebAssembly's modules, but not how they are made. */
const { WebAssembly: runtime } = globalThis as unknown as {
  WebAssembly: { Module: new (bytes: Uint8Array) => WebAssembly.Module }
}

/** Memory of WebAssembly never shrinks: after an image of more pixels the decoder is thrown away and made anew. */
const MANY_PIXELS = 4_000_000

/** A decoder that was compiled from C; it answers null, or throws, for what it cannot decode. */
export interface DecoderInstance {
  decode(bytes: Uint8Array): Dimensions | null
}

export interface DecoderOptions {
  /** The compiled decoder's bytes. */
  load(): Uint8Array<ArrayBuffer>
  /** Makes an instance that tells `printErr` what it has to say. */
  start(module: WebAssembly.Module, output: { printErr(text: string): void }): Promise<DecoderInstance>
}

export interface Decoder {
  /** Decodes every pixel of an image that is said to be so large; answers what the decoder complained about. */
  decode(bytes: Uint8Array, size: Dimensions): Promise<string[]>
}

/** A decoder that is loaded when it is first used. Throws `BadImage` for what does not decode. */
export function createDecoder({ load, start }: DecoderOptions): Decoder {
  let module: WebAssembly.Module | undefined
  let instance: Promise<DecoderInstance> | undefined
  let said: string[] = []

  const ready = (): Promise<DecoderInstance> => {
    module ??= new runtime.Module(load())
    instance ??= start(module, { printErr: (text) => said.push(text) })
    return instance
  }
  return {
    async decode(bytes, size) {
      const decoder = await ready()
      said = []
      if (size.width * size.height > MANY_PIXELS) instance = undefined
      try {
        const { width, height } = decoder.decode(bytes) ?? { width: 0, height: 0 }
        if (width === size.width && height === size.height) return said
      } catch (cause) {
        // What a failure leaves behind in the decoder's memory is not known.
        instance = undefined
        throw new BadImage(faultOf(said), { cause })
      }
      throw new BadImage(faultOf(said))
    },
  }
}

function faultOf(said: readonly string[]): string {
  return `damaged: ${said[0] ?? 'the decoder gives up'}`
}
