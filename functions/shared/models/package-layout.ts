import { checkFileName } from '../checkpoints/file-rules.ts'
import { InvalidModelPackageError } from '../errors.ts'

/** The folders of a model directory; containers know them by exactly these names. */
export const MODEL_FOLDERS = ['Stable-diffusion', 'Lora', 'VAE', 'ControlNet', 'embeddings'] as const

export type ModelFolder = (typeof MODEL_FOLDERS)[number]

/** Where a file lies in a model directory. */
export interface PackagedPath {
  folder: ModelFolder
  name: string
}

/** More files than anybody packs, and few enough for one record. */
export const MOST_FILES = 100

const FOLDERS: ReadonlySet<string> = new Set(MODEL_FOLDERS)

const isFolder = (name: string): name is ModelFolder => FOLDERS.has(name)

/** Where the file of this path lies; throws `InvalidModelPackage` saying what is wrong with it, and what would be right. */
export function readFilePath(path: string): PackagedPath {
  const [folder = '', ...below] = partsOf(path)
  const [name] = below
  if (name === undefined) {
    refuse(path, `lies at the top: put it into one of ${listOfFolders()}`)
  }
  checkFolder(path, folder, name)
  if (below.length > 1) refuse(path, `lies deeper than containers look: put it right into ${folder}/`)
  checkName(path, name, folder as ModelFolder)
  return { folder: folder as ModelFolder, name }
}

/** Throws `InvalidModelPackage` unless the path is the directory itself or one of its folders. */
export function checkDirectoryPath(path: string): void {
  const [folder, ...below] = partsOf(path)
  if (folder === undefined) return
  checkFolder(path, folder, below[0])
  if (below.length > 0) refuse(path, `lies deeper than containers look: put its files right into ${folder}/`)
}

/** What holds for all files together: there is a checkpoint, no name twice in a folder, and not too many. */
export function checkPackage(files: readonly PackagedPath[]): void {
  if (files.length > MOST_FILES) {
    throw new InvalidModelPackageError(`There are ${files.length} files: pack at most ${MOST_FILES}`)
  }
  const seen = new Set<string>()
  for (const { folder, name } of files) {
    const path = `${folder}/${name}`
    if (seen.has(path)) throw new InvalidModelPackageError(`${path} is there twice: keep one of them`)
    seen.add(path)
  }
  if (files.some(({ folder, name }) => folder === 'Stable-diffusion' && name.endsWith('.safetensors'))) return
  throw new InvalidModelPackageError(
    'There is no checkpoint: put at least one .safetensors file into Stable-diffusion/',
  )
}

/** The parts of a path without the `./` that tar may put before it and the slash behind a folder. */
function partsOf(path: string): string[] {
  if (path.startsWith('/')) refuse(path, 'is an absolute path: pack from inside the folder, tar -C folder …')
  if (path.includes('\\')) refuse(path, 'has a backslash: folders are divided by /')
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) refuse(path, 'leads out of the model directory')
  return parts
}

function checkFolder(path: string, folder: string, below: string | undefined): void {
  if (isFolder(folder)) return
  const meant = meantFolder(folder)
  const inFolder = below === undefined ? '' : `is in ${folder}/, which `
  if (meant) refuse(path, `${inFolder}should be ${meant}/: the names are case-sensitive`)
  if (folder.startsWith('.')) refuse(path, 'is hidden: leave it out')
  if (below !== undefined && (isFolder(below) || meantFolder(below))) {
    refuse(path, `is in a folder around the package: pack what is inside ${folder}/, not ${folder}/ itself`)
  }
  refuse(path, `${inFolder}is none of the folders that containers know: ${listOfFolders()}`)
}

const meantFolder = (folder: string): ModelFolder | undefined =>
  MODEL_FOLDERS.find((known) => simplified(known) === simplified(folder))

/** `loras`, `stable_diffusion` and `LORA` mean what they look like. */
const simplified = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z]/g, '')
    .replace(/s$/, '')

function checkName(path: string, name: string, folder: ModelFolder): void {
  if (name.startsWith('.')) {
    refuse(path, 'is hidden: leave it out (tar on a Mac adds such files; COPYFILE_DISABLE=1 keeps it from that)')
  }
  try {
    checkFileName(name, folder, shown(path))
  } catch (error) {
    throw new InvalidModelPackageError((error as Error).message, { cause: error })
  }
}

function refuse(path: string, problem: string): never {
  throw new InvalidModelPackageError(`${shown(path)} ${problem}`)
}

const listOfFolders = (): string => MODEL_FOLDERS.map((folder) => `${folder}/`).join(', ')

const shown = (path: string): string => JSON.stringify(path.replace(/\p{C}/gu, '?').slice(0, 200))
