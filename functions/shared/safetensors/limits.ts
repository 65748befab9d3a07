/** What a header may cost us at most. The reference library allows 100,000,000 bytes of header and sets no other limit. */
export const HEADER_LIMITS = {
  headerBytes: 32 * 1024 * 1024,
  metadataBytes: 8 * 1024 * 1024,
  tensors: 100_000,
  nameBytes: 1024,
  rank: 16,
  /** How deep members may nest that the format does not know and we skip. */
  depth: 32,
} as const
