/** Roles, as the guard knows them. */
export const roles = ['worker', 'community', 'street', 'district', 'data', 'clerk', 'keeper']
