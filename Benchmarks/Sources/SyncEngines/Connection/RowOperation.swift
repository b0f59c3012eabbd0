/// What happens to a row.
enum RowOperation {
    case insert, update, delete
}
