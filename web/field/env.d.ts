declare module 'json-logic-js' {
  export type RulesLogic = unknown
  const logic: { apply: (rule: RulesLogic, data: unknown) => unknown }
  export default logic
}
