import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { S3Error } from './s3-error.ts'

/** What stands inside an element: text, children by name, or several of the same name; undefined leaves the element out. */
export type XmlContent = string | number | boolean | undefined | { [name: string]: XmlContent } | XmlContent[]

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Keys may hold any character, and a parser would turn a bare carriage return into a line feed: those go out by number. */
const escapeText = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped here
  text.replace(/[&<>"\u0000-\u001f\u007f]/g, (found) => ENTITIES[found] ?? `&#${found.charCodeAt(0)};`)

const writeElement = (name: string, content: XmlContent, attributes = ''): string => {
  if (content === undefined) return ''
  if (Array.isArray(content)) return content.map((item) => writeElement(name, item)).join('')
  const inner = typeof content === 'object' ? writeChildren(content) : escapeText(String(content))
  return inner === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${inner}</${name}>`
}

const writeChildren = (children: { [name: string]: XmlContent }): string =>
  Object.entries(children)
    .map(([name, content]) => writeElement(name, content))
    .join('')

/** An answer of the S3 API. */
export const writeXml = (root: string, content: XmlContent): string =>
  DECLARATION + writeElement(root, content, ` xmlns="${NAMESPACE}"`)

/** An error document, which S3 sends without a namespace. */
export const writeErrorXml = (content: XmlContent): string => DECLARATION + writeElement('Error', content)

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
})

type Tree = Record<string, unknown>

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A request document whose root must be `root`; throws MalformedXML. */
export const readXml = (text: string, root: string): Tree => {
  if (/<!DOCTYPE/i.test(text) || XMLValidator.validate(text) !== true) throw new S3Error('MalformedXML')
  const document = parser.parse(text) as Tree
  if (!(root in document)) throw new S3Error('MalformedXML')
  const tree = document[root]
  return isTree(tree) ? tree : {}
}

/** The children called `name`, as a list however many there are. */
export const childTrees = (tree: Tree, name: string): Tree[] => {
  const found = tree[name]
  const list = Array.isArray(found) ? found : found === undefined ? [] : [found]
  if (!list.every(isTree)) throw new S3Error('MalformedXML')
  return list
}

/** The text of the child called `name`, if there is one. */
export const childText = (tree: Tree, name: string): string | undefined => {
  const found = tree[name]
  return typeof found === 'string' ? found : undefined
}
