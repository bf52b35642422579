/** A text with each secret in it replaced by the client ID of its key: for addresses, which are logged and shared. */
export function withoutSecrets(text: string): string {
  return text.replace(/lk_sk_([0-9A-Za-z]{0,16})[0-9A-Za-z]*/g, 'lk_id_$1');
}
