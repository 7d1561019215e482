/** One point of a measurement: what an amount of work came to. */
export interface Point {
  readonly work: number
  readonly cost: number
}

/**
 * The exponent with which cost grows: the slope of the straight line through the logarithms, by least squares. 0 is a cost that stays
 * the same, 1 one that doubles with the work, 2 one that quadruples. A constant share of the cost makes it smaller.
 */
export function exponentOf(points: readonly Point[]): number {
  const logarithms = points.map(({ work, cost }) => ({ x: Math.log(work), y: Math.log(Math.max(1, cost)) }))
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanX, meanY] = [mean(logarithms.map(({ x }) => x)), mean(logarithms.map(({ y }) => y))]
  const covariance = mean(logarithms.map(({ x, y }) => (x - meanX) * (y - meanY)))
  return covariance / mean(logarithms.map(({ x }) => (x - meanX) ** 2))
}

const widest = 40

/** Bars, one a point, as lines of text. */
export function plot(title: string, points: readonly Point[]): readonly string[] {
  const most = Math.max(1, ...points.map(({ cost }) => cost))
  const number = (value: number): string => Math.round(value).toLocaleString("en-US")
  const works = points.map(({ work }) => number(work))
  const costs = points.map(({ cost }) => number(cost))
  const width = (texts: readonly string[]): number => Math.max(...texts.map(({ length }) => length))
  return [
    title,
    ...points.map(({ cost }, index) => {
      const bar = "#".repeat(Math.round((cost / most) * widest))
      return `${works[index]?.padStart(width(works))}  ${costs[index]?.padStart(width(costs))}  ${bar}`
    }),
  ]
}
