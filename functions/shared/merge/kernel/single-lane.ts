import type { FloatDtype } from '../element-types.ts'
import { targetElements, viewElements } from './element-views.ts'
import { encodeF32 } from './half-floats.ts'
import { productTable, SHORT_TYPES } from './product-table.ts'

/** How many elements go through a lane at a time: few enough that all lanes stay in the nearest cache. */
export const LANE_LENGTH = 4096

/** The types whose arithmetic is done in 32 bits. */
export type SingleDtype = Exclude<FloatDtype, 'F64'>

/** A run of floats on their way through the steps of a merge, and the same memory as bits. */
export interface Lane {
  readonly floats: Float32Array
  readonly bits: Int32Array
}

/** Where the elements of a run lie. */
export interface Run {
  readonly first: number
  readonly count: number
}

export function createLane(): Lane {
  const floats = new Float32Array(LANE_LENGTH)
  return { floats, bits: new Int32Array(floats.buffer) }
}

/** Puts `factor * x`, rounded to the type of x, into the lane. Factor 1 gives the values themselves. */
export function loadProducts(dtype: SingleDtype, bytes: Uint8Array, run: Run, factor: number, lane: Lane): void {
  if (dtype === 'F32') multiply(viewElements('F32', bytes, run), Math.fround(factor), lane.floats, run.count)
  else lookUp(viewElements(dtype, bytes, run), productTable(dtype, factor), lane.floats, run.count)
}

/** Adds `factor * x`, rounded to the type of x, to the lane. */
export function addProducts(dtype: SingleDtype, bytes: Uint8Array, run: Run, factor: number, lane: Lane): void {
  if (dtype === 'F32') addMultiple(viewElements('F32', bytes, run), Math.fround(factor), lane.floats, run.count)
  else addLookedUp(viewElements(dtype, bytes, run), productTable(dtype, factor), lane.floats, run.count)
}

/** Multiplies what is in the lane, rounding to the type, of which the lane's floats already are. */
export function scaleLane(dtype: SingleDtype, factor: number, lane: Lane, count: number): void {
  if (dtype === 'F32') multiply(lane.floats, Math.fround(factor), lane.floats, count)
  else lookUp(encodeLane(dtype, lane, count), productTable(dtype, factor), lane.floats, count)
}

/** Adds the second lane to the first. */
export function addLane(lane: Lane, other: Lane, count: number): void {
  const sums = lane.floats
  const addends = other.floats
  for (let i = 0; i < count; i++) sums[i] = sums[i]! + addends[i]!
}

/** Subtracts the second lane from the first. */
export function subtractLane(lane: Lane, other: Lane, count: number): void {
  const differences = lane.floats
  const subtrahends = other.floats
  for (let i = 0; i < count; i++) differences[i] = differences[i]! - subtrahends[i]!
}

/** Rounds the lane to the type and writes it out. */
export function storeLane(dtype: SingleDtype, lane: Lane, bytes: Uint8Array, run: Run): void {
  const target = targetElements(dtype, bytes, run)
  if (dtype !== 'F32') SHORT_TYPES[dtype].encode(lane.bits, target as Uint16Array, run.count)
  else encodeF32(lane.bits, new Int32Array(target.buffer, target.byteOffset, run.count), run.count)
}

const shorts = new Uint16Array(LANE_LENGTH)

function encodeLane(dtype: 'F16' | 'BF16', lane: Lane, count: number): Uint16Array {
  SHORT_TYPES[dtype].encode(lane.bits, shorts, count)
  return shorts
}

function lookUp(bits: Uint16Array, table: Float32Array, into: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) into[i] = table[bits[i]!]!
}

function multiply(values: Float32Array, factor: number, into: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) into[i] = factor * values[i]!
}

function addLookedUp(bits: Uint16Array, table: Float32Array, into: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) into[i] = into[i]! + table[bits[i]!]!
}

function addMultiple(values: Float32Array, factor: number, into: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) into[i] = into[i]! + Math.fround(factor * values[i]!)
}
