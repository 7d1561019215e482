/** Text that may be shown: without signatures, tokens, account keys and what stands before the host in a URL. */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(/\b(sig=|SharedKey [^:\s]*:|AccountKey=|Bearer )[^&;\s"]+/gi, "$1***")
    .replaceAll(/(:\/\/)[^/@\s"]+@/g, "$1***@")
    .replaceAll(/[A-Za-z0-9+/]{86}==/g, "***")
}
