import { expect } from 'chai'
import { readCreateRequest } from '../../../../../functions/api/checkpoints/create-request.ts'

const file = { filename: 'a.safetensors', parts_number: 2 }
const good = { checkpoint_type: 'Stable-diffusion', filenames: [file] }

function refusal(body: Record<string, unknown>): string {
  try {
    readCreateRequest(body)
  } catch (error) {
    expect((error as Error).name).to.equal('InvalidRequest')
    return (error as Error).message
  }
  throw new Error('the body was accepted')
}

describe('The body of POST /checkpoints', () => {
  it('is read with its files and without params', () => {
    expect(readCreateRequest(good)).to.deep.equal({
      type: 'Stable-diffusion',
      params: {},
      files: [{ name: 'a.safetensors', parts: 2 }],
    })
  })

  it('may carry fields that nobody asked for', () => {
    expect(readCreateRequest({ ...good, username: 'admin' }).files).to.have.lengthOf(1)
  })

  it('takes the pickled form only of textual inversions and hypernetworks', () => {
    const filenames = [{ filename: 'style.pt', parts_number: 1 }]
    expect(readCreateRequest({ checkpoint_type: 'embeddings', filenames }).files[0]!.name).to.equal('style.pt')
    expect(refusal({ checkpoint_type: 'VAE', filenames })).to.equal(
      'filenames[0].filename is a pickled file (.pt): convert to safetensors first',
    )
  })

  const withName = (filename: unknown) => ({ ...good, filenames: [{ filename, parts_number: 1 }] })
  const withParts = (parts_number: unknown) => ({ ...good, filenames: [{ filename: 'a.safetensors', parts_number }] })

  const cases: [string, Record<string, unknown>, string][] = [
    ['no type', { filenames: [file] }, 'checkpoint_type is missing: give one of Stable-diffusion, embeddings'],
    ['an unknown type', { ...good, checkpoint_type: 'tar' }, 'checkpoint_type is "tar": give one of'],
    ['a type that is no text', { ...good, checkpoint_type: 7 }, 'checkpoint_type is 7: give one of'],
    ['urls', { ...good, urls: ['https://x'] }, 'urls is not offered yet: download the files and upload them'],
    ['no files', { checkpoint_type: 'VAE' }, 'filenames is missing: give a list of 1 to 20 items'],
    ['an empty list of files', { ...good, filenames: [] }, 'filenames has 0 items'],
    ['too many files', { ...good, filenames: Array(21).fill(file) }, 'filenames has 21 items'],
    ['a text for files', { ...good, filenames: 'a' }, 'filenames is a string'],
    ['a file that is no object', { ...good, filenames: ['a'] }, 'filenames[0] is a string: give an object'],
    ['a file without a name', { ...good, filenames: [{ parts_number: 1 }] }, 'filenames[0].filename is missing'],
    ['an empty name', withName(''), 'filenames[0].filename has 0 characters'],
    [
      'a name with a slash',
      withName('../a.safetensors'),
      'filenames[0].filename is "../a.safetensors": leave out slashes',
    ],
    ['a name with a line break', withName('a\n.safetensors'), 'filenames[0].filename is "a?.safetensors": leave out'],
    ['a name with half a character', withName('a\ud800.safetensors'), 'leave out slashes, control characters'],
    ['a name that begins with a dot', withName('.safetensors'), 'leave out slashes, control characters, a leading dot'],
    ['a name longer than a key may be', withName(`${'é'.repeat(200)}.safetensors`), 'has 412 bytes: give at most 255'],
    ['a .ckpt', withName('a.CKPT'), 'filenames[0].filename is a pickled file (.ckpt): convert to safetensors first'],
    ['another kind of file', withName('a.png'), 'is "a.png": a checkpoint of type Stable-diffusion takes .safetensors'],
    ['no extension', withName('model'), 'is "model": a checkpoint of type Stable-diffusion takes .safetensors'],
    ['the same name twice', { ...good, filenames: [file, file] }, 'filenames[1].filename repeats "a.safetensors"'],
    ['no number of parts', withParts(undefined), 'filenames[0].parts_number is missing'],
    ['no parts', withParts(0), 'filenames[0].parts_number is 0: give a whole number from 1 to 1000'],
    ['half a part', withParts(1.5), 'filenames[0].parts_number is 1.5'],
    ['a text for the parts', withParts('3'), 'filenames[0].parts_number is "3"'],
    ['too many parts', withParts(1001), 'filenames[0].parts_number is 1001'],
    [
      'too many parts together',
      { ...good, filenames: [1, 2, 3].map((n) => ({ filename: `${n}.safetensors`, parts_number: 700 })) },
      'filenames ask for 2100 parts together, more than 2000: use larger parts',
    ],
    ['params that are no object', { ...good, params: [] }, 'params is a list'],
    ['params that are too large', { ...good, params: { message: 'x'.repeat(17_000) } }, 'params has 17014 bytes'],
    ['params without a name', { ...good, params: { a: { '': 1 } } }, 'params.a has a field without a name'],
    [
      'params nested too deep',
      { ...good, params: { a: { a: { a: { a: { a: { a: { a: { a: { a: 1 } } } } } } } } } },
      'is nested too deep: use at most 8 levels',
    ],
  ]
  for (const [what, body, message] of cases) {
    it(`is refused for ${what}, naming the field and the fix`, () => {
      expect(refusal(body)).to.contain(message)
    })
  }
})
