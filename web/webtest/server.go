package webtest

import (
	"context"
	"loa/accounts"
	"loa/web/backups"
	"time"
)

// Server is a machine that is well.
type Server struct{}

// Space tells of half a disk.
func (Server) Space() (free, size int64, ok bool) { return 100 << 30, 200 << 30, true }

// Wrong is nothing.
func (Server) Wrong() error { return nil }

// Doubt is none.
func (Server) Doubt() error { return nil }

// Backups are kept and tried.
func (Server) Backups() (place string, tries bool, tried time.Time) {
	return "/mnt/sao-luu", true, time.Time{}
}

// Keeper keeps backups that are never made.
type Keeper struct{ At time.Time }

// Place is a folder.
func (Keeper) Place() backups.Place {
	return backups.Place{Name: "/mnt/sao-luu", Opens: true, Keep: backups.Keep{Hours: 24, Days: 7, Weeks: 5, Months: 12}}
}

// Snapshots is one that was tried.
func (k Keeper) Snapshots(context.Context) ([]backups.Snapshot, error) {
	return []backups.Snapshot{{At: k.At, Size: 9_000_000, Restored: k.At.Add(time.Hour)}}, nil
}

// Make says it is done.
func (k Keeper) Make(context.Context, accounts.Actor) (backups.Added, error) {
	return backups.Added{Snapshot: backups.Snapshot{At: k.At, Size: 9_000_000}}, nil
}

// Try says it is done.
func (k Keeper) Try(context.Context, accounts.Actor) (backups.Tried, error) {
	return backups.Tried{Snapshot: backups.Snapshot{At: k.At, Size: 9_000_000}}, nil
}
