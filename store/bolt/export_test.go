package bolt

import "context"

// TableNames lists every bucket.
func TableNames() []string { return tableNames }

// TableRows tells how many rows each table has.
func (s *Store) TableRows(ctx context.Context) (map[string]int, error) {
	rows := map[string]int{}
	err := s.view(ctx, func(tx *tx) error {
		for _, name := range tableNames {
			rows[name] = tx.b.Bucket([]byte(name)).Stats().KeyN
		}
		return nil
	})
	return rows, err
}
