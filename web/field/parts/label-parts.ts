/** Where a door's label may break: after the compound, the building, the unit, as a speaker would pause. */
const PARTS = /[^区楼栋幢院组元村巷弄]*[区楼栋幢院组元村巷弄]+|[^区楼栋幢院组元村巷弄]+$/gu

export function labelParts(label: string): string[] {
  return label.match(PARTS) ?? [label]
}
