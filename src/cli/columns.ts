/**
 * Rows of text with each column as wide as its widest cell.
 * @param paint what becomes of a cell once it has its width, such as a colour
 */
export function columns(
  rows: readonly (readonly string[])[],
  paint: (cell: string, place: { readonly row: number; readonly column: number }) => string = (cell) => cell,
): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((cells, row) =>
      cells
        .map((cell, column) => paint(cell.padEnd(widths[column] ?? 0), { row, column }))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
