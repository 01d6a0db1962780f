package api

import (
	"net/http"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/library"
	"loa/web/kit"
)

// LibrarySettings are the library's settings as the API shows them.
type LibrarySettings struct {
	MaxBytes       int64   `json:"max_bytes"`
	StationBytes   int64   `json:"station_bytes"`
	UnfinishedDays float64 `json:"unfinished_days"`
	GraceDays      float64 `json:"grace_days"`
	RetentionDays  float64 `json:"retention_days"` // 0 keeps for ever
	RereadDays     float64 `json:"reread_days"`    // within so long all bytes are read again, 1 to 366; 0 is 30
	TargetLUFS     float64 `json:"target_lufs"`    // of broadcast copies
}

const dayLength = 24 * time.Hour

func shownSettings(s library.Settings) LibrarySettings {
	return LibrarySettings{MaxBytes: s.MaxBytes, StationBytes: s.StationBytes, UnfinishedDays: float64(s.Unfinished) / float64(dayLength),
		GraceDays: float64(s.Grace) / float64(dayLength), RetentionDays: float64(s.Retention) / float64(dayLength),
		RereadDays: float64(s.RereadWithin()) / float64(dayLength),
		TargetLUFS: s.Profile(library.ForProgramme).TargetLUFS}
}

func (l recordings) settings(w http.ResponseWriter, r *kit.Request) error {
	set, err := l.store.LibrarySettings(r.Context())
	r.Of(set.Edition())
	return answer(w, r, http.StatusOK, shownSettings(set), err)
}

func (l recordings) saveSettings(w http.ResponseWriter, r *kit.Request) error {
	var set library.Settings
	err := edit(r, func() (b LibrarySettings, e accounts.Edition, err error) {
		set, err = l.store.LibrarySettings(r.Context())
		return shownSettings(set), set.Edition(), err
	}, func(m accounts.Meta, b LibrarySettings) (err error) {
		days := func(n float64) time.Duration { return time.Duration(n * float64(dayLength)) }
		set.MaxBytes, set.StationBytes = b.MaxBytes, b.StationBytes
		set.Unfinished, set.Grace, set.Retention = days(b.UnfinishedDays), days(b.GraceDays), days(b.RetentionDays)
		set.Reread = days(b.RereadDays)
		set, err = l.store.SaveLibrarySettings(r.Context(), m, set.WithTarget(b.TargetLUFS))
		return err
	})
	r.Of(set.Edition())
	return answer(w, r, http.StatusOK, shownSettings(set), err)
}

// UnusedRecording is a recording that nothing uses.
type UnusedRecording struct {
	Recording
	Leaves *time.Time `json:"leaves"` // from when on it may be removed; null while that was not announced
}

func (l recordings) unused(w http.ResponseWriter, r *kit.Request) error {
	set, err := l.store.LibrarySettings(r.Context())
	if err != nil {
		return err
	}
	limit, err := r.Limit()
	if err != nil {
		return err
	}
	page, err := l.store.UnusedRecordings(r.Context(), library.UnusedQuery{After: r.URL.Query().Get("after"), Limit: limit})
	if err != nil {
		return err
	}
	items := make([]UnusedRecording, len(page.Items))
	for i, u := range page.Items {
		items[i].Recording = shownRecording(u.Recording)
		if u.Leaving(set, r.Now) {
			leaves := u.Leaves(set).In(text.Zone)
			items[i].Leaves = &leaves
		}
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, page.After))
}
