package library

import (
	"context"
	"time"

	"loa/accounts"
	"loa/audio/fingerprint"
)

// Store keeps the records of the library; their bytes are in Blobs. Every command is
// atomic and idempotent by m.ID: a repeat with the same content returns the first
// answer, with other content a fault of kind Conflict. A recording that is not there
// is library.no_recording. Safe for concurrent use.
type Store interface {
	CopyRecords
	SweepRecords
	RereadRecords
	BlindRecords
	MatchRecords

	// SaveRecording keeps a recording under m.ID. What was found out about it, and when
	// it began to come, is no part of the command's identity: the same file judged or
	// sent again is the same change. Sound with a fingerprint is compared with all that
	// is kept; when that fails it is left to UncomparedRecordings. Faults: DecideRecording.
	SaveRecording(ctx context.Context, m accounts.Meta, c SaveRecording) (Recording, error)
	// RemoveRecording removes a recording and its copies. Their bytes go when nothing
	// else points at them and the grace has passed. Faults: MayRemove.
	RemoveRecording(ctx context.Context, m accounts.Meta, id string) (Recording, error)
	// Recordings returns a page, newest first. Fault: library.no_such_page.
	Recordings(ctx context.Context, q Query) (Page, error)
	// BroadcastCopies tells the same of several, by their IDs; those of which nothing was
	// made are left out.
	BroadcastCopies(ctx context.Context, recordings []string) (map[string]BroadcastCopy, error)
	// RecordingUsed reports whether an episode or a contest's entry is made of a recording.
	RecordingUsed(ctx context.Context, id string) (bool, error)
	// StationBytes tells how much a station keeps, "" being the province itself.
	StationBytes(ctx context.Context, station string) (int64, error)
	// BlobOwners lists the recordings whose bytes, or whose copy's, a blob is.
	BlobOwners(ctx context.Context, sha256 string) ([]Recording, error)

	RereadRecords

	// SaveLibrarySettings replaces the settings. Faults: DecideSettings.
	SaveLibrarySettings(ctx context.Context, m accounts.Meta, s Settings) (Settings, error)

	// UnusedRecordings returns a page of the recordings that nothing uses. Fault:
	// library.no_such_page.
	UnusedRecordings(ctx context.Context, q UnusedQuery) (UnusedPage, error)
	// UnusedTotals adds up what each of some queries asks for, all of their pages.
	UnusedTotals(ctx context.Context, qs []UnusedQuery) ([]UnusedTotal, error)
	// ExpireRecordings carries out the retention of the settings at m.At, as DecideExpiry
	// says; where it removed as many as limit there may be more.
	ExpireRecordings(ctx context.Context, m accounts.Meta, limit int) (Expired, error)

	// CompareRecording notes which recordings hold the same sound as one whose
	// fingerprint is p, and keeps p's sketch for those that come after. Repeated, or for
	// a recording that is not compared, it changes nothing.
	CompareRecording(ctx context.Context, id string, p fingerprint.Print, now time.Time) error
	// UncomparedRecordings lists up to limit recordings whose fingerprint is not known
	// yet, newest first.
	UncomparedRecordings(ctx context.Context, limit int) ([]Recording, error)
	// Alike lists the other recordings that hold the same sound as one: the same files,
	// then the same MP3 frames, then what is alike by its fingerprint, decided or open,
	// the longest first.
	Alike(ctx context.Context, id string) ([]Alike, error)
	// OpenLikenesses lists up to limit likenesses that wait for a person's word, of those
	// that h.Asks about.
	OpenLikenesses(ctx context.Context, h Hearing, limit int) ([]Pair, error)
	// UndecidedRecordings lists, by those of the recordings that have any, what they sound
	// like while nobody has decided what that means.
	UndecidedRecordings(ctx context.Context, ids []string) (map[string][]Recording, error)
	// SameRecordings lists, by those of the recordings that have any, what a person said to
	// be one recording with them.
	SameRecordings(ctx context.Context, ids []string) (map[string][]Recording, error)
	// JudgeLikeness closes a likeness or opens it again. Faults: DecideLikeness,
	// library.no_likeness.
	JudgeLikeness(ctx context.Context, m accounts.Meta, c JudgeLikeness) (Likeness, error)
}
