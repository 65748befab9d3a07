import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { computeTensor } from '../../../../../../functions/shared/merge/kernel/compute-tensor.ts'
import type { Operation } from '../../../../../../functions/shared/merge/plan.ts'

/**
 * Constants computed once from the rule with another language's own conversions to 16 and 32 bits. They pin the arithmetic of
 * torch 2.1 and later: the factor in 32 bits, the product rounded to 32 bits and to the type, the sum rounded to 32 bits and to the type.
 */

type Short = 'F16' | 'BF16'

function compute(operation: Operation, dtype: Short, columns: number[][], multiplier: number): Uint16Array {
  const count = columns[0]!.length
  const sources = columns.map((column) => new Uint8Array(Uint16Array.from(column).buffer))
  const into = new Uint8Array(count * 2)
  const tensor = {
    name: 'w',
    operation,
    dtype,
    begin: 0,
    end: into.length,
    sources: columns.map((_, input) => ({ input, dtype, begin: 0 })),
  }
  computeTensor(tensor, { multiplier }, { first: 0, count, sources, into })
  return new Uint16Array(into.buffer)
}

const columnsOf = (rows: number[][]): number[][] => rows[0]!.map((_, column) => rows.map((row) => row[column]!))
const hex = (bits: Uint16Array): string[] => [...bits].map((value) => value.toString(16))
const permuted = (factor: number): number[] =>
  Array.from({ length: 0x10000 }, (_, index) => (index * factor + 12345) & 0xffff)
const all = Array.from({ length: 0x10000 }, (_, index) => index)
const hashOf = (bits: Uint16Array): string => createHash('sha256').update(new Uint8Array(bits.buffer)).digest('hex')

const F16_PAIRS = [
  [0x3c00, 0x4000],
  [0x2e66, 0xae66],
  [0x0001, 0x0001],
  [0x0003, 0x8002],
  [0x7bff, 0x7bff],
  [0x7c00, 0x3c00],
  [0x7c00, 0xfc00],
  [0x8000, 0x8000],
  [0x8000, 0x0000],
  [0x0400, 0x83ff],
  [0x3555, 0x3aab],
  [0x7bff, 0xfbff],
  [0x1234, 0x9abc],
  [0x5bcd, 0x2345],
]
const BF16_PAIRS = [
  [0x3f80, 0x4000],
  [0x3dcd, 0xbdcd],
  [0x0001, 0x0001],
  [0x7f7f, 0x7f7f],
  [0x7f80, 0xff80],
  [0x8000, 0x8000],
  [0x3eab, 0x3f2b],
  [0x1234, 0x9abc],
]
const F16_TRIPLES = [
  [0x3c00, 0x4000, 0x3800],
  [0x0000, 0x7bff, 0xfbff],
  [0x8000, 0x3c00, 0x3c00],
  [0x2e66, 0x3555, 0x3554],
  [0x7c00, 0x7c00, 0x7c00],
  [0x0001, 0x0002, 0x0001],
  [0x1234, 0x2345, 0x3456],
  [0xbc00, 0x3aab, 0x3555],
]

const SUMS: Record<string, string> = {
  '0': '3c00 2e66 1 3 7bff 7c00 7e00 8000 0 400 3555 7bff 1234 5bcd',
  '0.3': '3d34 291f 1 1 7bff 7c00 7e00 8000 0 19a 37bc 7666 8f78 5976',
  '0.5': '3e00 0 0 1 7bff 7c00 7e00 8000 0 0 38ab 0 952f 57cd',
  '1': '4000 ae66 1 8002 7bff 7e00 7e00 8000 0 83ff 3aab fbff 9abc 2345',
}
const BF16_SUMS: Record<string, string> = {
  '0.3': '3fa6 3d25 1 7f7e 7fc0 8000 3ede 99e2',
  '1': '4000 bdcd 1 7f7f 7fc0 8000 3f2b 9abc',
}
const DIFFERENCES: Record<string, string> = {
  '0.3': '3dcd 7c00 0 2e67 7e00 1 ace2 bacd',
  '1': '4100 7c00 0 2e6a 7e00 2 b419 b800',
}
const SUM_HASHES: Record<string, string> = {
  '0.3': '26699c53d441fb42fb3f4db1b75f38ece241c3a2e88837d96ffd7cb63b672079',
  '0.5': 'f6fc8cca6d43965111fde07f8cd4f0736519eaa0825866e7f3b0a12fc4dce9fd',
  '0': '486dc389975f9876c87f839282429d9b23961e01602083734e29ba4388f86da3',
  '1': 'b93cc791c007ea5e68df28acdc5dd378812204e457392bec7088315f2ef12961',
  '0.05': '1b3f567fdf5c27fe1640206d9948f32108a5d0f4594c89ebc907e235707fe1d8',
}
const DIFFERENCE_HASHES: Record<string, string> = {
  '0.3': '5a493c7c6b324a5c5d39129a10e1427bbba8b21be814f983e2081f4db2ad96ad',
  '0.8': '84df22bac011713d64065f524a4690000055845eb23b8e03193f4d358975b5cd',
}

describe('computeTensor', () => {
  for (const [multiplier, expected] of Object.entries(SUMS)) {
    it(`sums chosen F16 pairs with the multiplier ${multiplier} as the rule says`, () => {
      expect(hex(compute('weighted-sum', 'F16', columnsOf(F16_PAIRS), Number(multiplier))).join(' ')).to.equal(expected)
    })
  }

  for (const [multiplier, expected] of Object.entries(BF16_SUMS)) {
    it(`sums chosen BF16 pairs with the multiplier ${multiplier} as the rule says`, () => {
      expect(hex(compute('weighted-sum', 'BF16', columnsOf(BF16_PAIRS), Number(multiplier))).join(' ')).to.equal(
        expected,
      )
    })
  }

  for (const [multiplier, expected] of Object.entries(DIFFERENCES)) {
    it(`adds chosen F16 differences with the multiplier ${multiplier} as the rule says`, () => {
      expect(hex(compute('add-difference', 'F16', columnsOf(F16_TRIPLES), Number(multiplier))).join(' ')).to.equal(
        expected,
      )
    })
  }

  for (const [multiplier, expected] of Object.entries(SUM_HASHES)) {
    it(`sums every F16 value with another one with the multiplier ${multiplier} as the rule says`, () => {
      expect(hashOf(compute('weighted-sum', 'F16', [all, permuted(40503)], Number(multiplier)))).to.equal(expected)
    })
  }

  it('sums every BF16 value with another one as the rule says', () => {
    const expected = 'c7da63d471cc6fb65454522a9e095d830a516bc83b64f260a2c9a31e7f70ff5f'
    expect(hashOf(compute('weighted-sum', 'BF16', [all, permuted(40503)], 0.3))).to.equal(expected)
  })

  for (const [multiplier, expected] of Object.entries(DIFFERENCE_HASHES)) {
    it(`adds a difference to every F16 value with the multiplier ${multiplier} as the rule says`, () => {
      const columns = [all, permuted(40503), permuted(30011)]
      expect(hashOf(compute('add-difference', 'F16', columns, Number(multiplier)))).to.equal(expected)
    })
  }
})
