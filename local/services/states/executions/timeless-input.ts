import type { Input } from '../../../interpreter/contract.ts'

/** An input before the engine gives it its time. */
export type TimelessInput = Input extends infer I ? (I extends Input ? Omit<I, 'at'> : never) : never
