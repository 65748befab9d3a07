import { parseArgs } from 'node:util'

/** The command line asks for something that does not exist or does not fit. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface PackArguments {
  directory: string
  bucket: string
  key: string
  /** 0 to 9, as gzip has them. */
  level: number
  /** Gives an unfinished upload up instead of going on. */
  abort: boolean
}

export const PACK_USAGE = `Packs a folder of models into a model.tar.gz in S3, for POST /models {"name": …, "source": "s3://…"}.

  npm run pack-model -- my-models s3://bucket/packs/my-models.tar.gz

The folder holds these folders and no others, with the files right in them:
  Stable-diffusion/  Lora/  VAE/  ControlNet/  embeddings/
Names are case-sensitive, and there is at least one .safetensors file in Stable-diffusion/. Everything is looked at
before anything is packed. Hidden files are left out.

It packs on all cores and uploads in parts. Ctrl-C keeps what is uploaded: the same command goes on from there.

  --level N     how hard to compress, 0 (not at all) to 9 (default 1: weights hardly get smaller)
  --abort       gives an unfinished upload of this folder up
  --help        this text

Credentials and region come from where the AWS CLI has them; AWS_ENDPOINT_URL names another S3, such as the laptop
stack's: AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test`

/** Reads the words after `npm run pack-model --`; undefined means that help is wanted. Throws `UsageError` saying what to change. */
export function parsePackArguments(words: string[]): PackArguments | undefined {
  const { values, positionals } = parse(words)
  if (values.help) return undefined
  const [directory, target, ...more] = positionals
  if (directory === undefined || target === undefined) throw new UsageError('give a folder and s3://bucket/key.tar.gz')
  if (more.length > 0) throw new UsageError(`${more[0]}: give one folder and one address`)
  return { directory, ...readTarget(target), level: readLevel(values.level ?? '1'), abort: values.abort ?? false }
}

function parse(words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: { level: { type: 'string' }, abort: { type: 'boolean' }, help: { type: 'boolean' } },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function readTarget(target: string): { bucket: string; key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(target) ?? []
  if (bucket === undefined || key === undefined)
    throw new UsageError(`${target}: give an address like s3://bucket/key.tar.gz`)
  if (!key.endsWith('.tar.gz')) throw new UsageError(`${target}: the name has to end in .tar.gz`)
  if (key.startsWith('models/'))
    throw new UsageError(`${target}: what is under models/ goes with its model; choose another place`)
  return { bucket, key }
}

function readLevel(text: string): number {
  if (/^[0-9]$/.test(text)) return Number(text)
  throw new UsageError(`--level ${text}: give a number from 0 to 9`)
}
