import { existsSync, readFileSync } from 'node:fs'

/** A row that says which local program stands for container images. */
export interface ProgramRow {
  /** Of the image's repository, e.g. `**` + `/diffusers`; with a colon in it, of the whole image URI. */
  image: string
  /** Serves an endpoint. */
  command?: string[]
  /** Runs a training job. */
  train?: string[]
}

/** What an operator may write into `sagemaker.json` in the data directory. */
export interface OperatorSettings {
  /** Instances per type, e.g. `{ "ml.g5.2xlarge": 0 }`; `*` is for all types without a line. A line may name its use: `ml.g5.2xlarge for training job usage`. */
  quotas?: Record<string, number>
  /** Looked at before the built-in rows. */
  programs?: ProgramRow[]
  /** Images that run in Docker instead; true for all. */
  docker?: boolean | string[]
  /** Seconds that one minute of CloudWatch periods and scaling cooldowns lasts; 60 when missing. Read when the stack starts. */
  scalingMinute?: number
  /** Seconds between SIGTERM and SIGKILL when a training job is stopped; 120 when missing. */
  trainingStopGrace?: number
  /** Further words of `docker run`, e.g. `["--gpus", "all"]`. */
  dockerArguments?: string[]
}

/** The operator's settings, read anew every time so that an edit counts at once. Throws when the file is not JSON. */
export function readOperatorSettings(file: string): OperatorSettings {
  if (!existsSync(file)) return {}
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as OperatorSettings
  } catch (error) {
    throw new Error(`${file} is not valid JSON: ${(error as Error).message}`)
  }
}
