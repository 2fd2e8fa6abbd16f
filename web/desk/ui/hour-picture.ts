/** The curve of the day, drawn by ECharts; loaded only where it is seen. No tooltip of HTML: the policy forbids its styles. */
import { LineChart } from 'echarts/charts'
import { GridComponent, MarkLineComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import type { Schema } from '@/shared/api/schema'
import { number } from '@/shared/i18n'

use([LineChart, GridComponent, MarkLineComponent, CanvasRenderer])

export interface HourPicture {
  /** `now` in hours since midnight: where today's curve ends. */
  draw: (
    hours: Schema<'Hour'>[],
    due: number,
    now: number,
    words: { today: string; yesterday: string; due: string },
  ) => void
  dispose: () => void
}

export function hourPicture(box: HTMLElement): HourPicture {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const font = style.getPropertyValue('--font')
  const chart = init(box)
  const resized = new ResizeObserver(() => chart.resize())
  resized.observe(box)

  return {
    draw(hours, due, now, words) {
      const first = hours[0]?.hour ?? 0
      const points = (pick: (hour: Schema<'Hour'>) => number | null): [number, number | null][] => [
        [first, 0],
        ...hours.map((hour): [number, number | null] => [hour.hour + 1, pick(hour)]),
      ]
      const label = (text: string, ink: string) => ({
        show: true,
        formatter: text,
        color: ink,
        fontSize: 14,
        fontFamily: font,
      })
      const soFar = points((hour) => hour.today).filter(([, value]) => value !== null)
      const last = soFar[soFar.length - 1]
      if (last && now > first && now < last[0]) last[0] = now
      chart.setOption(
        {
          animation: false,
          textStyle: { fontFamily: font },
          grid: { left: 8, right: 76, top: 18, bottom: 4, containLabel: true },
          xAxis: {
            type: 'value',
            min: first,
            max: (hours[hours.length - 1]?.hour ?? 23) + 1,
            interval: box.clientWidth < 640 ? 4 : 2,
            axisLabel: {
              fontSize: 14,
              color: colour('--quiet'),
              formatter: (value: number) => `${value}:00`,
            },
            axisLine: { lineStyle: { color: colour('--line-strong') } },
            axisTick: { lineStyle: { color: colour('--line-strong') } },
            splitLine: { show: false },
          },
          yAxis: {
            type: 'value',
            min: 0,
            max: (range: { max: number }) => Math.max(due, range.max) * 1.04,
            splitNumber: 3,
            axisLabel: {
              fontSize: 14,
              color: colour('--quiet'),
              showMaxLabel: false,
              formatter: (value: number) => number(Math.round(value)),
            },
            splitLine: { lineStyle: { color: colour('--line') } },
          },
          series: [
            {
              type: 'line',
              data: points((hour) => hour.yesterday),
              showSymbol: false,
              lineStyle: { color: colour('--line-strong'), width: 2, type: 'dashed' },
              endLabel: label(words.yesterday, colour('--quiet')),
              silent: true,
            },
            {
              type: 'line',
              data: soFar,
              showSymbol: false,
              lineStyle: { color: colour('--accent'), width: 3 },
              areaStyle: { color: colour('--accent'), opacity: 0.14 },
              endLabel: { ...label(words.today, colour('--accent')), offset: [0, 14] },
              silent: true,
              markLine: {
                silent: true,
                symbol: 'none',
                animation: false,
                lineStyle: { color: colour('--quiet'), width: 1, type: 'solid' },
                label: {
                  ...label(`${words.due} ${number(due)}`, colour('--quiet')),
                  position: 'insideStartTop',
                },
                data: [{ yAxis: due }],
              },
            },
          ],
        },
        true,
      )
    },
    dispose() {
      resized.disconnect()
      chart.dispose()
    },
  }
}
