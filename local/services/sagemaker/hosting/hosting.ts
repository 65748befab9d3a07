import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../../clock.ts'
import type { LogLine } from '../../logs/log-store.ts'
import { type OperatorSettings, readOperatorSettings } from '../operator-settings.ts'
import type { DeployedVariant, Deployment } from '../records.ts'
import type { RoleClients } from '../role-clients.ts'
import { containerEnvironment } from './container-environment.ts'
import { startContainer } from './container-process.ts'
import { dockerCommand, dockerEnvironment, wantsDocker } from './docker-command.ts'
import { Fleet } from './fleet.ts'
import { HostingFailure } from './hosting-failure.ts'
import { type HostingTimes, Instance } from './instance.ts'
import { fetchModelFiles } from './model-files.ts'
import { findProgram } from './program-table.ts'
import { reservePort } from './reserve-port.ts'

export interface HostingOptions {
  /** Model files of running instances; emptied at the start. */
  directory: string
  /** Where paths of built-in and operator's commands begin. */
  workingDirectory: string
  settingsFile: string
  region: string
  endpoint: string
  roleClients: RoleClients
  clock: Clock
  times: HostingTimes
  newId(): string
  /** One line that a container, or hosting about it, wrote. */
  onLog(endpointName: string, line: Omit<LogLine, 'logGroup'>): void
  /** An instance of the endpoint can take work. */
  onReady(endpointName: string): void
}

/** The fleets of one deployment of an endpoint, by variant. */
export type Fleets = ReadonlyMap<string, Fleet>

export interface Hosting {
  /** Fleets without instances yet; `Fleet.resize` starts them. */
  createFleets(endpointName: string, deployment: Deployment): Fleets
}

/** Seconds AWS gives a container to become healthy when the variant does not say. */
const STARTUP_TIMEOUT = 240

/** Runs the containers of endpoints as programs of this machine. */
export function createHosting(options: HostingOptions): Hosting {
  rmSync(options.directory, { recursive: true, force: true })
  return {
    createFleets: (endpointName, { variants }) =>
      new Map(variants.map((variant) => [variant.name, createFleet(endpointName, variant, options)])),
  }
}

function createFleet(endpointName: string, variant: DeployedVariant, options: HostingOptions): Fleet {
  const { clock, times, newId } = options
  const directory = join(options.directory, newId())
  const modelDirectory = join(directory, 'model')
  let fetching: Promise<void> | undefined
  const prepare = (): Promise<void> => {
    fetching ??= prepareModel(variant, modelDirectory, options).catch((error: unknown) => {
      fetching = undefined
      throw error
    })
    return fetching
  }
  return new Fleet({
    variantName: variant.name,
    clock,
    times,
    release: () => rmSync(directory, { recursive: true, force: true }),
    createInstance() {
      const id = `i-${newId().replaceAll('-', '').slice(0, 17)}`
      const log = (line: string): void =>
        options.onLog(endpointName, { logStream: `${variant.name}/${id}`, timestamp: clock.now(), line })
      return new Instance({
        id,
        variantName: variant.name,
        startupTimeout: variant.startupTimeout ?? STARTUP_TIMEOUT,
        clock,
        times,
        onReady: () => options.onReady(endpointName),
        onNotice: log,
        async start() {
          await prepare()
          const port = await reservePort()
          const command = commandFor(
            { variant, port, directory, modelDirectory, name: `darkroom-${endpointName}-${id}` },
            options,
          )
          return { port, process: startContainer({ ...command, onLine: log }) }
        },
      })
    },
  })
}

async function prepareModel({ container }: DeployedVariant, directory: string, options: HostingOptions): Promise<void> {
  mkdirSync(directory, { recursive: true })
  const { modelData, roleArn } = container
  if (modelData !== undefined) await fetchModelFiles(modelData, directory, options.roleClients(roleArn))
}

interface CommandRequest {
  variant: DeployedVariant
  port: number
  directory: string
  modelDirectory: string
  name: string
}

function commandFor({ variant: { container }, name, ...places }: CommandRequest, options: HostingOptions) {
  const { workingDirectory, settingsFile, region, endpoint, roleClients } = options
  const { image } = container
  const settings = readOperatorSettings(settingsFile)
  const credentials = roleClients(container.roleArn).credentials
  const facts = { ...places, region, endpoint, credentials, path: process.env.PATH ?? '' }
  const environment = containerEnvironment(container, facts)
  if (!wantsDocker(image, settings))
    return { words: localProgram(image, settings, settingsFile), environment, workingDirectory }
  const words = dockerCommand({
    image,
    name,
    variables: Object.keys(environment).filter((variable) => !HOST_VARIABLES.has(variable)),
    volume: `${places.modelDirectory}:/opt/ml/model:ro`,
    purpose: 'serve',
    extra: settings.dockerArguments ?? [],
  })
  return { words, environment: { ...environment, ...dockerEnvironment(process.env) }, workingDirectory }
}

/** Mean something else, or nothing, inside a container. */
const HOST_VARIABLES = new Set(['PATH', 'HOME', 'DARKROOM_MODEL_DIR'])

function localProgram(image: string, { programs }: OperatorSettings, settingsFile: string): string[] {
  const words = findProgram(image, programs)
  if (words !== undefined) return words
  throw new HostingFailure(
    `The image '${image}' has no program on this laptop: add a row for it under "programs" in ${settingsFile}, or let it run in Docker with "docker": ["${image}"].`,
  )
}
