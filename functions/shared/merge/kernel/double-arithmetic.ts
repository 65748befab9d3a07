import type { FloatDtype } from '../element-types.ts'
import type { Arithmetic } from './arithmetic.ts'
import { type ElementViews, targetElements, viewElements } from './element-views.ts'
import { BF16_VALUES, encodeBf16, encodeF16, F16_VALUES } from './half-floats.ts'

/** Reads, rounds to and writes elements of a type one by one; F16 and BF16 are reached through F32, as torch does. */
interface Access<View> {
  read(view: View, index: number): number
  round(value: number): number
  write(view: View, index: number, value: number): void
}

const word = new Float32Array(1)
const wordBits = new Int32Array(word.buffer)
const short = new Uint16Array(1)

function shortAccess(values: Float32Array, encode: typeof encodeF16): Access<Uint16Array> {
  const bitsOf = (value: number): number => {
    word[0] = value
    encode(wordBits, short, 1)
    return short[0]!
  }
  return {
    read: (view, index) => values[view[index]!]!,
    round: (value) => values[bitsOf(value)]!,
    write: (view, index, value) => {
      view[index] = bitsOf(value)
    },
  }
}

function plainAccess(round: (value: number) => number, nan: readonly number[]): Access<Float32Array | Float64Array> {
  return {
    read: (view, index) => view[index]!,
    round,
    write: (view, index, value) => {
      view[index] = value
      if (Number.isNaN(value)) new Uint8Array(view.buffer, view.byteOffset + index * nan.length, nan.length).set(nan)
    },
  }
}

/** The one quiet NaN of each type, as bytes. */
const F32_NAN = [0, 0, 0xc0, 0x7f]
const F64_NAN = [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]

const ACCESS: { [Type in FloatDtype]: Access<ElementViews[Type]> } = {
  F16: shortAccess(F16_VALUES, encodeF16),
  BF16: shortAccess(BF16_VALUES, encodeBf16),
  F32: plainAccess(Math.fround, F32_NAN),
  F64: plainAccess((value) => value, F64_NAN),
}

type Formula = (arithmetic: Arithmetic, values: readonly number[]) => number

const FORMULAS: Record<Arithmetic['operation'], Formula> = {
  convert: (_, [a]) => a!,
  'weighted-sum': ({ types, multiplier }, [a, b]) =>
    product(types[0]!, 1 - multiplier, a!) + product(types[1]!, multiplier, b!),
  'add-difference': ({ difference, multiplier }, [a, b, c]) => {
    const type = difference!
    return a! + product(type, multiplier, ACCESS[type].round(b! - c!))
  },
  'add-nothing': ({ multiplier }, [a]) => a! + multiplier * 0,
}

/** Computes elements one by one in 64 bits, for tensors of which at least one is F64. `into` has to be aligned. */
export function computeDouble(
  arithmetic: Arithmetic,
  sources: readonly Uint8Array[],
  into: Uint8Array,
  count: number,
): void {
  const { types, result, target } = arithmetic
  const run = { first: 0, count }
  const readers = types.map((type, index) => readerOf(type, viewElements(type, sources[index]!, run)))
  const formula = FORMULAS[arithmetic.operation]
  const out = targetElements(target, into, run)
  const write = ACCESS[target].write as (view: typeof out, index: number, value: number) => void
  for (let i = 0; i < count; i++) {
    const value = ACCESS[result].round(
      formula(
        arithmetic,
        readers.map((read) => read(i)),
      ),
    )
    write(out, i, value)
  }
}

function readerOf<Type extends FloatDtype>(type: Type, view: ElementViews[Type]): (index: number) => number {
  return (index) => ACCESS[type].read(view, index)
}

/** The factor is taken in 32 bits unless the type is F64, and the product is rounded to the type. */
function product(type: FloatDtype, factor: number, value: number): number {
  return ACCESS[type].round((type === 'F64' ? factor : Math.fround(factor)) * value)
}
