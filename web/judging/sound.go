package judging

import (
	"net/http"
	"time"

	"loa/contest"
	"loa/internal/fault"
	"loa/web/kit"
)

// recordingOf returns the ID of the recording that belongs to the actor's task.
func (p pages) recordingOf(r *kit.Request) (recording string, err error) {
	id := r.PathValue("contest")
	if _, err := p.mine(r, id); err != nil {
		return "", err
	}
	err = p.hall.View(r.Context(), id, func(s *contest.State) error {
		t, ok := s.TaskForJudge(r.Actor.Person, r.PathValue("task"))
		if !ok || !t.Audio {
			return fault.New(fault.NotFound, "contest.sheet_not_yours")
		}
		_, task := s.Task(t.ID)
		recording = s.Entry(task.Entry).Piece(contest.Audio).File
		return nil
	})
	return recording, err
}

// sound sends a copy of the recording that nothing but its sound tells whose
// it is. Neither name, tags, exact size nor date go with it.
func (p pages) sound(w http.ResponseWriter, r *kit.Request) error {
	recording, err := p.recordingOf(r)
	if err != nil {
		return err
	}
	f, err := p.booth.Open(r.Context(), recording)
	if err != nil {
		return err
	}
	defer f.Close()
	w.Header().Set("Content-Type", "audio/mpeg")
	w.Header().Set("Cache-Control", "private, no-store")
	http.ServeContent(w, r.Request, "", time.Time{}, f)
	return nil
}

// waveform sends the outline of the sound, which says what the sound says.
func (p pages) waveform(w http.ResponseWriter, r *kit.Request) error {
	recording, err := p.recordingOf(r)
	if err != nil {
		return err
	}
	rep, err := p.store.RecordingReport(r.Context(), recording)
	if err != nil {
		return err
	}
	if rep.Facts == nil || rep.Facts.Measures == nil {
		return fault.New(fault.NotFound, "library.no_waveform")
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return r.JSON(w, http.StatusOK, rep.Facts.Measures.Waveform)
}
