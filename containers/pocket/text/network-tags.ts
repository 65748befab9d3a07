/** A `<kind:part:part…>` of a prompt, which asks for a network beside the model: `<lora:corgi:0.8>`. */
export interface NetworkTag {
  /** As it was written. */
  readonly text: string
  readonly kind: string
  /** What stands between the colons after the kind. */
  readonly parts: readonly string[]
}

const TAG = /<(\w+):([^<>]*)>/g

/** The tags of a prompt, in order. */
export function findNetworkTags(prompt: string): NetworkTag[] {
  return [...prompt.matchAll(TAG)].map(([text, kind, body]) => ({
    text,
    kind: kind!,
    parts: body!.split(':').map((part) => part.trim()),
  }))
}

/** What is left of a prompt without its tags: the words that the text encoder reads. */
export function withoutNetworkTags(prompt: string): string {
  return prompt.replace(TAG, '')
}
