/**
 * Names the field a validation message is about: `multiplier: `, `items[0].x: `, and nothing for the body itself. AWS does not
 * send this: its messages leave the reader to guess which field is meant. The laptop puts it in front so that a person sees it.
 */
export function describeField(jsonPointer: string): string {
  const names = jsonPointer.split('/').slice(1).map(unescapePointer)
  const field = names.reduce((path, name) => {
    if (/^\d+$/.test(name)) return `${path}[${name}]`
    return path === '' ? name : `${path}.${name}`
  }, '')
  return field === '' ? '' : `${field}: `
}

function unescapePointer(name: string): string {
  return name.replaceAll('~1', '/').replaceAll('~0', '~')
}
