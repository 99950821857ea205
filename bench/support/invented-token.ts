/** A token that no real service knows. */
export const inventedToken = 'sk-ant-oat01-invented-for-the-bench'
