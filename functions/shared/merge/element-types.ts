import type { Dtype } from '../safetensors/dtype.ts'

/** The element types that the arithmetic knows. */
export type FloatDtype = 'F16' | 'BF16' | 'F32' | 'F64'

type Treatment = 'merge' | 'copy' | 'refuse'

/**
 * What happens to a tensor of this type where both models have it: floats merge, integers and booleans are taken from the
 * primary model (averaging ids damages them), and what torch cannot multiply on a CPU is refused by name.
 */
const TREATMENTS: Record<Dtype, Treatment> = {
  BOOL: 'copy',
  F4: 'refuse',
  F6_E2M3: 'refuse',
  F6_E3M2: 'refuse',
  U8: 'copy',
  I8: 'copy',
  F8_E5M2: 'refuse',
  F8_E4M3: 'refuse',
  F8_E8M0: 'refuse',
  F8_E4M3FNUZ: 'refuse',
  F8_E5M2FNUZ: 'refuse',
  I16: 'copy',
  U16: 'copy',
  F16: 'merge',
  BF16: 'merge',
  I32: 'copy',
  U32: 'copy',
  F32: 'merge',
  C64: 'refuse',
  F64: 'merge',
  I64: 'copy',
  U64: 'copy',
}

/** How tensors of this type are treated where they would be merged. */
export function treatmentOf(dtype: Dtype): Treatment {
  return TREATMENTS[dtype]
}

/** Whether the arithmetic knows the type. */
export function isFloat(dtype: Dtype): dtype is FloatDtype {
  return TREATMENTS[dtype] === 'merge'
}

/** The type of a sum or difference of the two, as torch promotes: F16 with BF16 gives F32. */
export function promote(a: FloatDtype, b: FloatDtype): FloatDtype {
  if (a === b) return a
  return a === 'F64' || b === 'F64' ? 'F64' : 'F32'
}

/** The type a tensor gets when halving is asked for: only F32 becomes F16, all others stay. */
export function halved<Type extends Dtype>(dtype: Type): Type | 'F16' {
  return dtype === 'F32' ? 'F16' : dtype
}
