/**
 * JSON in ASCII alone. A reader that guesses the character set wrongly still reads the right text,
 * and no control character (C1, line separators, direction marks) reaches a terminal that shows it.
 */
export const asciiJson = (value: object): string =>
  JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
