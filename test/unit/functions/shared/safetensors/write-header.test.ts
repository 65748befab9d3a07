import { expect } from 'chai'
import { createMemorySource } from '../../../../../functions/shared/objects/byte-source.ts'
import { readHeader } from '../../../../../functions/shared/safetensors/read-header.ts'
import { encodeHeader, layOutFile, type NewTensor } from '../../../../../functions/shared/safetensors/write-header.ts'

const TENSORS: NewTensor[] = [
  { name: 'small', dtype: 'F16', shape: [3] },
  { name: 'b.weight', dtype: 'F32', shape: [2, 2] },
  { name: 'a.weight', dtype: 'F32', shape: [] },
  { name: 'ids', dtype: 'I64', shape: [1, 2] },
  { name: 'flag', dtype: 'BOOL', shape: [1] },
  { name: 'brain', dtype: 'BF16', shape: [0, 5] },
]

describe('layOutFile', () => {
  it('writes what the reference library writes: types descending, names ascending, no spaces, padded to 8', () => {
    const { text } = layOutFile(TENSORS, new Map([['format', 'pt']]))
    expect(text.trimEnd()).to.equal(
      '{"__metadata__":{"format":"pt"},' +
        '"ids":{"dtype":"I64","shape":[1,2],"data_offsets":[0,16]},' +
        '"a.weight":{"dtype":"F32","shape":[],"data_offsets":[16,20]},' +
        '"b.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[20,36]},' +
        '"brain":{"dtype":"BF16","shape":[0,5],"data_offsets":[36,36]},' +
        '"small":{"dtype":"F16","shape":[3],"data_offsets":[36,42]},' +
        '"flag":{"dtype":"BOOL","shape":[1],"data_offsets":[42,43]}}',
    )
    expect(Buffer.byteLength(text) % 8).to.equal(0)
  })

  it('sorts names and metadata by their bytes, not by UTF-16 units', () => {
    const names = ['\uffee', '😀', 'é', 'Z', 'a']
    const { tensors, text } = layOutFile(
      names.map((name) => ({ name, dtype: 'U8', shape: [1] })),
      new Map(names.map((name) => [name, ''])),
    )
    expect(tensors.map(({ name }) => name)).to.deep.equal(['Z', 'a', 'é', '\uffee', '😀'])
    expect(text).to.match(/^\{"__metadata__":\{"Z":"","a":"","é":"","\uffee":"","😀":""\}/)
  })

  it('counts the header in bytes, not in characters', async () => {
    const { text, dataStart, size } = layOutFile([{ name: 'é😀', dtype: 'U8', shape: [4] }], new Map())
    expect(encodeHeader(text).length).to.equal(dataStart)
    expect(size).to.equal(dataStart + 4)
  })

  it('gives a file that the reader takes, with every tensor aligned to its own size', async () => {
    const { text, size } = layOutFile(TENSORS, new Map([['"k"\u0001', '\\\n']]))
    const file = new Uint8Array(size)
    file.set(encodeHeader(text))
    const header = await readHeader(createMemorySource('out', file))
    expect([...header.metadata]).to.deep.equal([['"k"\u0001', '\\\n']])
    expect(header.dataStart % 8).to.equal(0)
    expect(header.tensors.get('a.weight')?.begin).to.equal(16)
    expect([...header.tensors.values()].every(({ dtype, begin }) => dtype !== 'F32' || begin % 4 === 0)).to.equal(true)
  })
})
