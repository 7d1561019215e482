import { styleText } from "node:util"

/** How text is laid out. */
export interface TextStyle {
  /** Width of a line in characters. */
  readonly columns: number
  readonly colour: boolean
}

type Format = Parameters<typeof styleText>[0]

export function paint(style: Pick<TextStyle, "colour">, format: Format, text: string): string {
  return style.colour ? styleText(format, text, { validateStream: false }) : text
}

/** Breaks text at spaces into lines of at most so many characters; a longer word has a line of its own. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ""
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === "" ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

/** Text on one line: the ends of its lines become spaces. */
export function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*[\r\n]+\s*/g, " ")
}

/** The sentence of a reason, on one line, and the stack that may follow it. */
export function withoutStack(reason: string): { readonly sentence: string; readonly stack: string | undefined } {
  const start = reason.search(/\n\s+at /)
  if (start === -1) return { sentence: oneLine(reason), stack: undefined }
  return { sentence: oneLine(reason.slice(0, start)), stack: reason.slice(start + 1) }
}

/** A label and the text that belongs to it, wrapped beside it. */
export function labelled(label: string, text: string, style: TextStyle, labelWidth = 9): readonly string[] {
  const indent = 2
  const lines = text.split("\n").flatMap((part) => wrap(part, Math.max(30, style.columns - indent - labelWidth)))
  return lines.map((line, index) => {
    const left = (index === 0 ? label : "").padEnd(labelWidth)
    return `${" ".repeat(indent)}${paint(style, "dim", left)}${line}`
  })
}

export function duration(milliseconds: number): string {
  return milliseconds < 1_000 ? `${milliseconds} ms` : `${(milliseconds / 1_000).toFixed(1)} s`
}

/** "1 rule", "2 rules". */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`
}
