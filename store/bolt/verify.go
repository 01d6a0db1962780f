package bolt

import (
	"context"
	"fmt"

	"loa/internal/fault"
)

// Problem is one thing Verify found wrong.
type Problem struct {
	Table string `json:"table"`
	Key   string `json:"key,omitempty"`
	What  string `json:"what"`
}

func (p Problem) String() string { return p.Table + " " + p.Key + ": " + p.What }

// checks are what each noun's tables must satisfy: every index row has its
// record, every chain its links. A check reports and goes on.
var checks = []func(tx *tx, report func(Problem)) error{
	checkAirings, checkSeals,
	checkContests,
	checkLibrary, checkSounds,
	checkAccounts,
	checkSchedule,
	checkStations,
}

// Verify reads everything: bbolt's own structure, the checksum of every
// value, and each noun's checks. It calls report for every problem and
// returns how many records it read. ctx is looked at between tables.
func (s *Store) Verify(ctx context.Context, report func(Problem)) (records int, err error) {
	err = s.view(ctx, func(tx *tx) error {
		for e := range tx.b.Check() {
			report(Problem{Table: databaseFile, What: e.Error()})
		}
		for _, name := range tableNames {
			if err := ctx.Err(); err != nil {
				return err
			}
			b := tx.b.Bucket([]byte(name))
			if b == nil {
				report(Problem{Table: name, What: "missing"})
				continue
			}
			if err := b.ForEach(func(k, v []byte) error {
				records++
				if plain[name] {
					return nil
				}
				if _, err := unseal(name, k, v); err != nil {
					report(Problem{Table: name, Key: fmt.Sprintf("%x", k), What: "checksum does not match"})
				}
				return nil
			}); err != nil {
				return err
			}
		}
		for _, check := range checks {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := check(tx, report); err != nil && !fault.Is(err, "store.record_damaged") {
				return err // damaged records were reported above
			}
		}
		return nil
	})
	return records, err
}
