const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A date in words: `3 Dec 2026`. */
// By hand: the ICU data of Node and of the browser spell some months differently, which React would report.
export function dateText(time: Date, utc: boolean): string {
  return utc
    ? `${time.getUTCDate()} ${months[time.getUTCMonth()]} ${time.getUTCFullYear()}`
    : `${time.getDate()} ${months[time.getMonth()]} ${time.getFullYear()}`;
}
