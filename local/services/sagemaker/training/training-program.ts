import { execFile } from 'node:child_process'
import { type ContainerProcess, startContainer } from '../hosting/container-process.ts'
import { dockerCommand, dockerEnvironment, wantsDocker } from '../hosting/docker-command.ts'
import { findProgram } from '../hosting/program-table.ts'
import { type OperatorSettings, readOperatorSettings } from '../operator-settings.ts'
import type { RoleCredentials } from '../role-clients.ts'
import { TrainingFailure } from './training-failure.ts'
import type { TrainingJobRecord } from './training-record.ts'
import type { Workspace } from './workspace.ts'

export interface ProgramOptions {
  settingsFile: string
  /** Where paths of built-in and operator's commands begin. */
  workingDirectory: string
  region: string
  /** Where the AWS SDK finds every service. */
  endpoint: string
  credentials: RoleCredentials
  workspace: Workspace
  onLine(line: string): void
}

/** Starts a job's program; throws `TrainingFailure` when the image has none. */
export function startProgram(record: TrainingJobRecord, options: ProgramOptions): ContainerProcess {
  const { settingsFile, workingDirectory, onLine, workspace } = options
  const { image } = record.plan
  const settings = readOperatorSettings(settingsFile)
  const environment = programEnvironment(record, options)
  if (!wantsDocker(image, settings))
    return startContainer({
      words: localProgram(image, settings, settingsFile),
      environment: {
        ...environment,
        DARKROOM_ML_DIR: workspace.ml,
        PATH: process.env.PATH ?? '',
        HOME: workspace.directory,
      },
      workingDirectory,
      onLine,
    })
  const name = `darkroom-${record.name}-${workspace.id.slice(0, 8)}`
  const words = dockerCommand({
    image,
    name,
    variables: Object.keys(environment),
    volume: `${workspace.ml}:/opt/ml`,
    purpose: 'train',
    extra: settings.dockerArguments ?? [],
  })
  const host = { PATH: process.env.PATH ?? '', ...dockerEnvironment(process.env) }
  const container = startContainer({ words, environment: { ...environment, ...host }, workingDirectory, onLine })
  // A client that had to be killed leaves its container behind.
  void container.exitCode.then(() => execFile('docker', ['rm', '--force', name], () => undefined))
  return container
}

/** The job's variables and what SageMaker adds; nothing of this process's own. */
export function programEnvironment(
  { name, arn, plan }: TrainingJobRecord,
  { region, endpoint, credentials }: Pick<ProgramOptions, 'region' | 'endpoint' | 'credentials'>,
): Record<string, string> {
  return {
    ...plan.environment,
    TRAINING_JOB_NAME: name,
    TRAINING_JOB_ARN: arn,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken !== undefined && { AWS_SESSION_TOKEN: credentials.sessionToken }),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
}

function localProgram(image: string, { programs }: OperatorSettings, settingsFile: string): string[] {
  const words = findProgram(image, programs, 'train')
  if (words !== undefined) return words
  throw new TrainingFailure(
    `ClientError: The image '${image}' has no training program on this laptop: add a row with "train" for it under "programs" in ${settingsFile}, or let it run in Docker with "docker": ["${image}"].`,
  )
}
