package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"loa/accounts"
	"loa/airing"
	"loa/airing/sample"
	"loa/store"
)

// Samples of how well the machine hears. Only samples is the truth; sampleKeys finds them by the recording.
var (
	samples    = table[sample.Sample]{name: "samples"} // by time and ID
	sampleKeys = table[[]byte]{name: "sample_keys"}    // by ID: the key of samples
)

func sampleKey(s sample.Sample) []byte { return append(timeKey(s.At), s.ID...) }

func sampleOf(tx *tx, id string) (sample.Sample, error) {
	key, found, err := sampleKeys.get(tx, []byte(id))
	if err != nil || !found {
		return sample.Sample{}, errors.Join(err, sample.Unknown())
	}
	return samples.named(tx, key, sampleKeys.name, []byte(id))
}

// GiveSample implements sample.Store.
func (s *Store) GiveSample(ctx context.Context, m accounts.Meta, c sample.Give) (sample.Sample, error) {
	if err := s.refresh(ctx); err != nil {
		return sample.Sample{}, err
	}
	return change(ctx, s, m, "sample.give", c, func(tx *tx) (sample.Sample, error) {
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return sample.Sample{}, err
		}
		if _, err := reg.Station(c.Station); err != nil {
			return sample.Sample{}, err
		}
		f := sample.Facts{On: reg.Where(c.Station), Known: sampleKeys.has(tx, []byte(c.Recording))}
		if f.Plan, err = tx.s.schedule.get(tx); err != nil {
			return sample.Sample{}, err
		}
		if f.Recording, _, err = recordings.get(tx, []byte(c.Recording)); err != nil {
			return sample.Sample{}, err
		}
		given, err := sample.Decide(f, m, c)
		if err != nil {
			return given, err
		}
		return given, errors.Join(samples.put(tx, sampleKey(given), given), sampleKeys.put(tx, []byte(given.ID), sampleKey(given)))
	})
}

// WithdrawSample implements sample.Store.
func (s *Store) WithdrawSample(ctx context.Context, m accounts.Meta, id string) (sample.Sample, error) {
	if err := s.refresh(ctx); err != nil {
		return sample.Sample{}, err
	}
	return change(ctx, s, m, "sample.withdraw", id, func(tx *tx) (sample.Sample, error) {
		given, err := sampleOf(tx, id)
		if err != nil {
			return given, err
		}
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return given, err
		}
		if err := sample.CheckWithdrawal(m.By, given, reg.Where(given.Station)); err != nil {
			return given, err
		}
		if err := errors.Join(samples.remove(tx, sampleKey(given)), sampleKeys.remove(tx, []byte(id))); err != nil {
			return given, err
		}
		r, err := recordingIn(tx, id)
		if err != nil {
			return given, err
		}
		return given, tx.forgetRecording(r)
	})
}

// HeardSample implements sample.Store.
func (s *Store) HeardSample(ctx context.Context, m accounts.Meta, id string, p airing.Proof) (sample.Sample, error) {
	type heard struct {
		ID    string       `json:"id"`
		Proof airing.Proof `json:"proof"`
	}
	return change(ctx, s, m, "sample.heard", heard{id, p}, func(tx *tx) (sample.Sample, error) {
		given, err := sampleOf(tx, id)
		if err == nil {
			given, err = sample.DecideHeard(m, given, p)
		}
		if err != nil {
			return given, err
		}
		return given, samples.put(tx, sampleKey(given), given)
	})
}

// Samples implements sample.Store.
func (s *Store) Samples(ctx context.Context, by accounts.Actor, q sample.Query) (list []sample.Sample, next string, err error) {
	if q.Limit <= 0 || q.Limit > sample.MostListed {
		q.Limit = sample.MostListed
	}
	err = s.view(ctx, func(tx *tx) error {
		list, next = nil, ""
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return err
		}
		until, ok := cursor(q.After, 8)
		if !ok {
			return sample.NoSuchPage()
		}
		list, next, err = paged(samples.descend(tx, nil, until), q.Limit, sample.MostLookedAt,
			func(rec sample.Sample) bool { return q.Wants(by, rec, reg.Where(rec.Station)) })
		return err
	})
	return list, next, err
}

// checkSamples checks that every sample is found by its ID, and has its recording.
func checkSamples(tx *tx, report func(store.Problem)) error {
	n := 0
	for e, err := range samples.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		n++
		key, found, err := sampleKeys.get(tx, []byte(e.rec.ID))
		if err != nil || !found || !bytes.Equal(key, e.key) || !bytes.Equal(sampleKey(e.rec), e.key) {
			report(store.Problem{Table: samples.name, Key: e.rec.ID, What: "not found by its ID"})
		}
		if r, found, err := recordings.get(tx, []byte(e.rec.ID)); err != nil || !found || r.Blob.SHA256 != e.rec.SHA256 {
			report(store.Problem{Table: samples.name, Key: e.rec.ID, What: "its recording is not there"})
		}
	}
	if got := rowsOf(tx, sampleKeys.name); got != n {
		report(store.Problem{Table: sampleKeys.name, What: fmt.Sprintf("lists %d, there are %d", got, n)})
	}
	return nil
}
