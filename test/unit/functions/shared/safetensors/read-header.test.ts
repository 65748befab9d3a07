import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { InvalidSafetensorsError } from '../../../../../functions/shared/errors.ts'
import { createMemorySource } from '../../../../../functions/shared/objects/byte-source.ts'
import type { SafetensorsHeader } from '../../../../../functions/shared/safetensors/header.ts'
import { readHeader } from '../../../../../functions/shared/safetensors/read-header.ts'

const CORPUS = '../shared/corpus/hostile-safetensors'

function fileOf(header: string | Uint8Array, dataBytes: number): Uint8Array {
  const text = typeof header === 'string' ? Buffer.from(header) : header
  const file = new Uint8Array(8 + text.length + dataBytes)
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true)
  file.set(text, 8)
  return file
}

function withLength(length: bigint): Uint8Array {
  const file = fileOf('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1)
  new DataView(file.buffer).setBigUint64(0, length, true)
  return file
}

async function read(file: Uint8Array): Promise<SafetensorsHeader> {
  return readHeader(createMemorySource('model.safetensors', file))
}

async function failureOf(file: Uint8Array): Promise<Error> {
  try {
    await read(file)
  } catch (error) {
    return error as Error
  }
  throw new Error('the file was accepted')
}

const tensor = (dtype: string, shape: string, offsets: string): string =>
  `{"a":{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}}`

const nested = (depth: number): string =>
  `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":${'['.repeat(depth)}${']'.repeat(depth)}}}`

const REFUSED: [title: string, file: Uint8Array, told: RegExp][] = [
  ['an empty file', new Uint8Array(0), /0 bytes, fewer than the 8/],
  ['seven bytes', new Uint8Array(7), /7 bytes, fewer than the 8/],
  ['a length of zero', withLength(0n), /header is empty/],
  ['a length past the end', withLength(1000n), /claims a header of 1000 bytes but has only 5\d/],
  ['a length over the cap', withLength(20_000_000_000n), /claims a header of 20000000000 bytes, more than 32 MiB/],
  ['the largest length', withLength(2n ** 64n - 1n), /claims a header of 18446744073709551615 bytes/],
  ['a space before the brace', fileOf(' {}', 0), /does not start with '\{'/],
  ['a byte order mark', fileOf('\ufeff{}', 0), /does not start with '\{'/],
  ['a list as header', fileOf('[]', 0), /does not start with '\{'/],
  ['bytes that are not UTF-8', fileOf(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), 0), /not valid UTF-8/],
  ['an overlong encoding', fileOf(Uint8Array.of(0x7b, 0x22, 0xc0, 0x80, 0x22, 0x7d), 0), /not valid UTF-8/],
  ['a NUL after the header', fileOf('{}\0', 0), /something follows/],
  ['a second value after the header', fileOf('{} {}', 0), /something follows/],
  ['text that is cut off', fileOf('{"a":', 0), /not an object \(character 5/],
  ['a trailing comma', fileOf('{"__metadata__":{},}', 0), /expected '"' but found '\}'/],
  ['a missing colon', fileOf('{"__metadata__" {}}', 0), /expected ':'/],
  ['a key without quotes', fileOf('{a:{}}', 0), /expected '"'/],
  ['a raw newline in a name', fileOf('{"a\nb":{}}', 0), /raw control character/],
  ['an unknown escape', fileOf('{"\\x41":{}}', 0), /unknown escape/],
  ['a short unicode escape', fileOf('{"\\u12":{}}', 0), /4 hex digits/],
  ['half of a surrogate pair', fileOf('{"\\ud800":{}}', 0), /surrogate/],
  [
    'the same name twice',
    fileOf(
      '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
      0,
    ),
    /the header has the key "a" twice/,
  ],
  [
    'the same name twice in two spellings',
    fileOf(
      '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
      0,
    ),
    /key "a" twice/,
  ],
  [
    'the same member twice',
    fileOf('{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1),
    /tensor "a" has the key "dtype" twice/,
  ],
  ['metadata twice', fileOf('{"__metadata__":{},"__metadata__":{}}', 0), /"__metadata__" twice/],
  [
    'the same metadata key twice',
    fileOf('{"__metadata__":{"k":"1","k":"2"}}', 0),
    /__metadata__ has the key "k" twice/,
  ],
  ['a metadata value that is an object', fileOf('{"__metadata__":{"k":{}}}', 0), /value of "k" is not a string/],
  ['metadata that is a list', fileOf('{"__metadata__":[]}', 0), /__metadata__ is not an object/],
  ['metadata of nine MiB', fileOf(`{"__metadata__":{"k":"${'x'.repeat(9 * 2 ** 20)}"}}`, 0), /larger than 8 MiB/],
  ['a tensor that is a string', fileOf('{"a":"b"}', 0), /tensor "a" is not an object/],
  [
    'a tensor without shape',
    fileOf('{"a":{"dtype":"U8","data_offsets":[0,1]}}', 1),
    /lacks dtype, shape or data_offsets/,
  ],
  ['an unknown dtype', fileOf(tensor('F7', '[1]', '[0,1]'), 1), /unknown dtype "F7"/],
  ['a dtype in lower case', fileOf(tensor('f16', '[1]', '[0,2]'), 2), /unknown dtype "f16"/],
  ['a dtype called toString', fileOf(tensor('toString', '[1]', '[0,2]'), 2), /unknown dtype "toString"/],
  ['an offset with an exponent', fileOf(tensor('U8', '[1]', '[0,1e0]'), 1), /1e0, not a non-negative integer/],
  ['an offset with a fraction', fileOf(tensor('U8', '[1]', '[0,1.0]'), 1), /1\.0, not a non-negative integer/],
  ['a negative offset', fileOf(tensor('U8', '[1]', '[-1,0]'), 1), /-1, not a non-negative integer/],
  ['minus zero', fileOf(tensor('U8', '[1]', '[-0,1]'), 1), /-0, not a non-negative integer/],
  ['a leading zero', fileOf(tensor('U8', '[1]', '[0,01]'), 1), /expected ','/],
  ['an offset in quotes', fileOf(tensor('U8', '[1]', '[0,"1"]'), 1), /not a number/],
  ['an offset of 2^53 + 1', fileOf(tensor('U8', '[1]', '[0,9007199254740993]'), 1), /2\^53 or more/],
  ['one offset', fileOf(tensor('U8', '[1]', '[0]'), 1), /exactly two data offsets/],
  ['three offsets', fileOf(tensor('U8', '[1]', '[0,1,1]'), 1), /more than 2 numbers/],
  ['begin after end', fileOf(tensor('U8', '[1]', '[1,0]'), 1), /begins after its end/],
  [
    'a shape that is too small',
    fileOf(tensor('F16', '[2]', '[0,8]'), 8),
    /has 8 bytes where its dtype and shape need 4/,
  ],
  [
    'a shape whose size overflows',
    fileOf(tensor('F16', '[4294967296,4294967296,4294967296]', '[0,8]'), 8),
    /overflows/,
  ],
  ['a dimension of 2^53', fileOf(tensor('F16', '[0,9007199254740992]', '[0,0]'), 0), /2\^53 or more/],
  ['a rank of 17', fileOf(tensor('U8', `[${Array(17).fill(1)}]`, '[0,1]'), 1), /more than 16 numbers/],
  ['half a byte of F4', fileOf(tensor('F4', '[3]', '[0,2]'), 2), /does not end on a whole byte/],
  [
    'a name of 1025 bytes',
    fileOf(`{"${'é'.repeat(513)}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`, 0),
    /longer than 1024 bytes/,
  ],
  ['a hole at the start', fileOf(tensor('U8', '[1]', '[1,2]'), 2), /1 bytes before tensor "a" belong to no tensor/],
  [
    'an overlap',
    fileOf(
      '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
      3,
    ),
    /tensor "b" overlaps/,
  ],
  [
    'the same bytes for two tensors',
    fileOf(
      '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}',
      2,
    ),
    /overlaps/,
  ],
  ['bytes after the last tensor', fileOf(tensor('U8', '[1]', '[0,1]'), 3), /2 bytes follow the last tensor/],
  ['data without tensors', fileOf('{}', 1), /1 bytes follow the last tensor/],
  ['a tensor past the end', fileOf(tensor('U8', '[2]', '[0,2]'), 1), /past the end of the file/],
  ['members that nest too deep', fileOf(nested(100_000), 1), /nest too deep/],
  [
    '100,001 tensors',
    fileOf(
      `{${Array.from({ length: 100_001 }, (_, i) => `"${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`)}}`,
      0,
    ),
    /more than 100000 tensors/,
  ],
]

const ACCEPTED: [title: string, file: Uint8Array, tensors: number][] = [
  ['no tensors', fileOf('{}', 0), 0],
  ['null metadata', fileOf('{"__metadata__":null}', 0), 0],
  ['trailing spaces', fileOf('{}      ', 0), 0],
  ['white space inside', fileOf('{ "a" :\n{"dtype":"U8","shape":[ 1 ],\t"data_offsets":[0 , 1]} }', 1), 1],
  ['a scalar', fileOf(tensor('F32', '[]', '[0,4]'), 4), 1],
  [
    'a zero-size tensor between others',
    fileOf(
      '{"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"z":{"dtype":"F64","shape":[0,7],"data_offsets":[1,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
      2,
    ),
    3,
  ],
  ['whole bytes of F4', fileOf(tensor('F4', '[4]', '[0,2]'), 2), 1],
  ['whole bytes of F6', fileOf(tensor('F6_E2M3', '[4]', '[0,3]'), 3), 1],
  ['members that we do not know', fileOf(nested(16), 1), 1],
  ['a name of 1024 bytes', fileOf(`{"${'é'.repeat(512)}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`, 0), 1],
]

describe('readHeader', () => {
  for (const [title, file, told] of REFUSED) {
    it(`refuses ${title}, and says what is wrong`, async () => {
      const error = await failureOf(file)
      expect(error).to.be.instanceOf(InvalidSafetensorsError)
      expect(error.message).to.match(/^model\.safetensors is not a valid safetensors file: /)
      expect(error.message).to.match(told)
      expect(error.message.length).to.be.lessThan(600)
    })
  }

  for (const [title, file, tensors] of ACCEPTED) {
    it(`accepts ${title}`, async () => {
      expect((await read(file)).tensors.size).to.equal(tensors)
    })
  }

  it('tells type, shape and place of every tensor and the metadata', async () => {
    const text =
      '{"__metadata__":{"format":"pt","é\\n":"\\ud83d\\ude00"},"w":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]}}'
    const header = await read(fileOf(text, 12))
    expect(header.tensors.get('w')).to.deep.equal({ dtype: 'F16', shape: [2, 3], begin: 0, end: 12 })
    expect([...header.metadata]).to.deep.equal([
      ['format', 'pt'],
      ['é\n', '😀'],
    ])
    expect(header.dataStart).to.equal(8 + Buffer.byteLength(text))
  })

  it('keeps a tensor called __proto__ as any other', async () => {
    const header = await read(fileOf('{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1))
    expect([...header.tensors.keys()]).to.deep.equal(['__proto__'])
    expect(({} as Record<string, unknown>).dtype).to.equal(undefined)
  })

  it('accepts a small file whole and refuses it cut at every byte and with one byte more', async () => {
    const file = fileOf(
      '{"a":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},"b":{"dtype":"U8","shape":[1],"data_offsets":[6,7]}}',
      7,
    )
    expect((await read(file)).tensors.size).to.equal(2)
    for (let length = 0; length < file.length; length++) {
      expect((await failureOf(file.subarray(0, length))).name, `cut at ${length}`).to.equal('InvalidSafetensors')
    }
    expect((await failureOf(new Uint8Array([...file, 0]))).name).to.equal('InvalidSafetensors')
  })

  it('reads a header larger than its first read', async () => {
    const entries = Array.from(
      { length: 9000 },
      (_, i) => `"tensor.${i}":{"dtype":"U8","shape":[1],"data_offsets":[${i},${i + 1}]}`,
    )
    const header = await read(fileOf(`{${entries}}`, 9000))
    expect(header.dataStart).to.be.greaterThan(512 * 1024)
    expect(header.tensors.size).to.equal(9000)
  })

  it('gives every file of the hostile corpus its expected verdict', async () => {
    if (!existsSync(CORPUS)) return
    const expected = JSON.parse(readFileSync(`${CORPUS}/expected.json`, 'utf8')) as Record<string, { verdict: string }>
    const files = readdirSync(CORPUS).filter((name) => name.endsWith('.safetensors'))
    expect(files.map((file) => file.replace('.safetensors', ''))).to.have.members(Object.keys(expected))
    for (const file of files) {
      const verdict = await read(readFileSync(`${CORPUS}/${file}`)).then(
        () => 'accept',
        (error: Error) => (error.name === 'InvalidSafetensors' ? 'reject' : error.name),
      )
      expect(verdict, file).to.equal(expected[file.replace('.safetensors', '')]?.verdict)
    }
  })
})
