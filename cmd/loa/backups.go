package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/store/backup"
	"loa/store/folder"
	"loa/web/backups"
	"loa/web/health"
)

// backupPlace is where a daemon keeps backups by itself, as its flags say.
type backupPlace struct {
	name string // "" for nowhere
	key  backup.Key
	keep backup.Keep
}

// opens reports whether what is kept there can be read again here.
func (p backupPlace) opens() bool { return !p.key.Closes() || p.key.Opens() }

// readBackupPlace reads the flags. Faults: backup.bad_key, backup.bad_keep, backup.no_place_set
// when there is a key or a number to keep but no place, those of the key's file.
func readBackupPlace(name, keyFile, keep string) (p backupPlace, err error) {
	if name == "" && (keyFile != "" || keep != "") {
		return p, fault.New(fault.Invalid, "backup.no_place_set")
	}
	p = backupPlace{name: name, keep: backup.UsualKeep}
	if name != "" {
		p.name, err = filepath.Abs(name)
	}
	if err == nil {
		p.key, err = readKey(keyFile)
	}
	if err == nil && keep != "" {
		p.keep, err = backup.ReadKeep(keep)
	}
	return p, err
}

func readKey(file string) (backup.Key, error) {
	if file == "" {
		return backup.Key{}, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return backup.Key{}, fileFault(file, err)
	}
	return backup.ReadKey(string(b))
}

// repository opens the backups of a place, for as long as use takes: a disk may be changed
// for another between two of them.
func repository(ctx context.Context, place string, key backup.Key, installation, temp string, use func(r *backup.Repository) error) error {
	p, err := folder.OpenPlace(place)
	if err != nil {
		return err
	}
	r, err := backup.OpenRepository(ctx, p, engine, key, installation, temp)
	if err == nil {
		err = use(r)
	}
	return errors.Join(err, p.Close())
}

// keeper keeps the daemon's backups, one after the other.
type keeper struct {
	d  *daemon
	mu sync.Mutex
}

// Place implements backups.Keeper.
func (k *keeper) Place() backups.Place {
	p := k.d.cfg.backups
	if p.name == "" {
		return backups.Place{}
	}
	return backups.Place{Name: p.name, Closed: p.key.Closes(), Opens: p.opens(), Keep: backups.Keep(p.keep)}
}

func (k *keeper) open(ctx context.Context, use func(r *backup.Repository) error) error {
	p := k.d.cfg.backups
	if p.name == "" {
		return fault.New(fault.Conflict, "backup.no_place_set")
	}
	return repository(ctx, p.name, p.key, k.d.store.ID(), k.d.blobs.TempDir(), use)
}

// Snapshots implements backups.Keeper.
func (k *keeper) Snapshots(ctx context.Context) (list []backups.Snapshot, err error) {
	err = k.open(ctx, func(r *backup.Repository) error {
		all, err := r.Snapshots(ctx)
		for _, s := range all {
			list = append(list, backups.Snapshot(s))
		}
		return err
	})
	return list, err
}

// Make implements backups.Keeper.
func (k *keeper) Make(ctx context.Context, by accounts.Actor) (added backups.Added, err error) {
	err = k.byHand(ctx, health.MakeJob, by, func() (text.Phrase, error) {
		made, did, err := k.add(ctx)
		added = backups.Added{Snapshot: backups.Snapshot(made.Snapshot), Files: made.Files, Bytes: made.Bytes}
		return did, err
	})
	return added, err
}

// Try implements backups.Keeper.
func (k *keeper) Try(ctx context.Context, by accounts.Actor) (done backups.Tried, err error) {
	err = k.byHand(ctx, health.TryJob, by, func() (text.Phrase, error) {
		var did text.Phrase
		done, did, err = k.try(ctx)
		return did, err
	})
	return done, err
}

// byHand does what a person asked for, unless it is being done, and notes it.
func (k *keeper) byHand(ctx context.Context, job string, by accounts.Actor, do func() (text.Phrase, error)) error {
	if !k.mu.TryLock() {
		return fault.New(fault.Conflict, "backup.busy")
	}
	defer k.mu.Unlock()
	k.d.cfg.log.Info("backup by hand", "job", job, "by", by.Name)
	return health.Note(ctx, k.d.store, k.d.cfg.now, job, do)
}

func (k *keeper) makeJob(ctx context.Context, _ time.Time) (text.Phrase, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, did, err := k.add(ctx)
	return did, err
}

func (k *keeper) tryJob(ctx context.Context, _ time.Time) (text.Phrase, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, did, err := k.try(ctx)
	return did, err
}

// bring brings a blob back from where backups are kept. Faults: backup.no_place_set, backup.key_wrong where the place is closed
// and the server has only the half that closes, those of Bring.
func (k *keeper) bring(ctx context.Context, sha256 string) error {
	return k.open(ctx, func(r *backup.Repository) error { return r.Bring(ctx, k.d.blobs, sha256) })
}

func (k *keeper) add(ctx context.Context) (made backup.Added, did text.Phrase, err error) {
	removed := 0
	err = k.open(ctx, func(r *backup.Repository) (err error) {
		if made, err = r.Make(ctx, k.d.store, k.d.blobs, k.d.cfg.now()); err != nil {
			return err
		}
		for _, sum := range made.Damaged {
			k.d.cfg.log.Error("a file is not what its name says, and is not in the backup", "blob", sum)
		}
		removed, err = r.Prune(ctx, k.d.cfg.backups.keep)
		return err
	})
	return made, text.NewPhrase("job.backup_made", "size", text.Bytes(made.Size), "n", made.Files, "audio", text.Bytes(made.Bytes), "removed", removed), err
}

// tryNewest restores the newest snapshot for trial. Problems of its records are a fault too.
func tryNewest(ctx context.Context, r *backup.Repository, now time.Time) (backups.Tried, error) {
	tried, err := r.Try(ctx, now)
	if err == nil && tried.Problems > 0 {
		err = fault.New(fault.Unavailable, "cli.verify.bad", "n", tried.Problems)
	}
	return backups.Tried{Snapshot: backups.Snapshot(tried.Snapshot), Files: tried.Files, Bytes: tried.Bytes}, err
}

func (k *keeper) try(ctx context.Context) (tried backups.Tried, did text.Phrase, err error) {
	err = k.open(ctx, func(r *backup.Repository) (err error) {
		tried, err = tryNewest(ctx, r, k.d.cfg.now())
		return err
	})
	return tried, text.NewPhrase("job.backup_tried", "at", tried.At, "n", tried.Files, "audio", text.Bytes(tried.Bytes)), err
}

// told says when a backup was last kept well, and restored for trial; nothing where none
// are kept.
func (k *keeper) told(ctx context.Context, at time.Time) (text.Phrase, error) {
	if k.d.cfg.backups.name == "" {
		return text.Phrase{}, nil
	}
	made, err := k.lastGood(ctx, health.MakeJob, at)
	if err != nil || made.IsZero() {
		return text.NewPhrase("backups.told_none"), err
	}
	tried, err := k.lastGood(ctx, health.TryJob, at)
	if err != nil || tried.IsZero() {
		return text.NewPhrase("backups.told_made", "made", made), err
	}
	return text.NewPhrase("backups.told", "made", made, "tried", tried), nil
}

// wrong is why the place cannot be used, nil if it can.
func (k *keeper) wrong(ctx context.Context) error {
	if k.d.cfg.backups.name == "" {
		return nil
	}
	return k.open(ctx, func(*backup.Repository) error { return nil })
}

// tried is when the newest snapshot that was restored for trial was, anywhere; zero for none.
func (k *keeper) tried() (at time.Time) {
	list, err := k.Snapshots(context.Background())
	for _, s := range list {
		if err == nil && s.Restored.After(at) {
			at = s.Restored
		}
	}
	return at
}

// lookBack is how many runs are looked through for a good one: a week of hours.
const lookBack = 200

func (k *keeper) lastGood(ctx context.Context, job string, at time.Time) (time.Time, error) {
	list, err := k.d.store.RunsBefore(ctx, job, at.Add(time.Second), lookBack)
	return health.LastGood(list).EndedAt, err
}

// send writes a backup of everything to w, and notes who asked for it.
func (k *keeper) send(ctx context.Context, by accounts.Actor, w io.Writer) error {
	return health.Note(ctx, k.d.store, k.d.cfg.now, health.BackupJob, func() (text.Phrase, error) {
		n, err := backup.Write(ctx, w, k.d.store, k.d.blobs, k.d.cfg.now())
		return text.NewPhrase("job.backup_sent", "size", text.Bytes(n), "by", by.Name), err
	})
}

// backupsCommands are "loa backups …": the place where a daemon keeps backups.
type backupsCommands struct {
	List  backupsList  `cmd:"" default:"withargs" help:"cli.summary.backups_list"`
	Make  backupsMake  `cmd:"" help:"cli.summary.backups_make"`
	Try   backupsTry   `cmd:"" help:"cli.summary.backups_try"`
	Begin backupsBegin `cmd:"" help:"cli.summary.backups_begin"`
	Key   backupsKey   `cmd:"" help:"cli.summary.backups_key"`
}

// backupsList lists the backups of a place, or those of the running daemon.
type backupsList struct {
	reach
	Place string `arg:"" optional:"" name:"backup_place"`
	Key   string `help:"cli.flag.backups_key"`
	JSON  bool   `help:"cli.flag.json"`
}

// Run reads the place or asks the daemon, and prints.
func (c backupsList) Run(t *terminal) error {
	if c.Place == "" {
		items, err := c.client().all(t, "/api/v1/backups")
		if err != nil {
			return err
		}
		return c.print(t, items)
	}
	return inPlace(t, c.Place, c.Key, func(r *backup.Repository) error {
		all, err := r.Snapshots(t)
		if err != nil {
			return err
		}
		items := make([]json.RawMessage, len(all))
		for i, s := range all {
			if items[i], err = json.Marshal(s); err != nil {
				return err
			}
		}
		return c.print(t, items)
	})
}

func (c backupsList) print(t *terminal, items []json.RawMessage) error {
	return listed(t, c.JSON, items, t.lang.Say("cli.backups.columns"), func(s backups.Snapshot) string {
		restored := t.lang.Say("backups.not_restored")
		if !s.Restored.IsZero() {
			restored = t.lang.DateTime(s.Restored)
		}
		return fmt.Sprintf("%s\t%s\t%s\t%s", s.At.UTC().Format(time.RFC3339), t.lang.DateTime(s.At), t.lang.Size(s.Size), restored)
	})
}

// backupsMake has the running daemon make one.
type backupsMake struct {
	reach
	JSON bool `help:"cli.flag.json"`
}

// Run tells the daemon and prints.
func (c backupsMake) Run(t *terminal) error {
	var made backups.Added
	if err := c.client().send(t, http.MethodPost, "/api/v1/backups", nil, &made); err != nil {
		return err
	}
	if c.JSON {
		return t.json(made)
	}
	_, err := fmt.Fprintln(t.out, t.lang.Say("cli.backups.made", "at", made.At, "size", text.Bytes(made.Size), "n", made.Files,
		"audio", text.Bytes(made.Bytes)))
	return err
}

// backupsTry restores the newest backup of a place for trial, or has the daemon do it.
type backupsTry struct {
	reach
	Place string `arg:"" optional:"" name:"backup_place"`
	Key   string `help:"cli.flag.backups_key"`
	JSON  bool   `help:"cli.flag.json"`
}

// Run tries and prints.
func (c backupsTry) Run(t *terminal) error {
	var done backups.Tried
	var err error
	if c.Place == "" {
		err = c.client().send(t, http.MethodPost, "/api/v1/backups/try", nil, &done)
	} else {
		err = inPlace(t, c.Place, c.Key, func(r *backup.Repository) (err error) {
			done, err = tryNewest(t, r, time.Now())
			return err
		})
	}
	switch {
	case err != nil:
		return err
	case c.JSON:
		return t.json(done)
	}
	_, err = fmt.Fprintln(t.out, t.lang.Say("cli.backups.tried", "at", done.At, "n", done.Files, "audio", text.Bytes(done.Bytes)))
	return err
}

// backupsBegin makes an empty folder one where backups are kept.
type backupsBegin struct {
	Place string `arg:"" name:"backup_place"`
	Key   string `help:"cli.flag.backups_key"`
}

// Run makes it.
func (c backupsBegin) Run(t *terminal) error {
	key, err := readKey(c.Key)
	if err != nil {
		return err
	}
	place, err := folder.OpenPlace(c.Place)
	if err != nil {
		return err
	}
	if err := errors.Join(backup.Begin(t, place, key), place.Close()); err != nil {
		return err
	}
	say := "cli.backups.begun"
	switch {
	case key.Opens():
		say = "cli.backups.begun_closed"
	case key.Closes():
		say = "cli.backups.begun_public"
	}
	_, err = fmt.Fprintln(t.out, t.lang.Say(say, "place", c.Place, "key", cmp.Or(c.Key, "-")))
	return err
}

// backupsKey makes a key.
type backupsKey struct {
	File string `arg:"" name:"key"`
}

// Run writes the file.
func (c backupsKey) Run(t *terminal) error {
	key, err := backup.NewKey()
	if err != nil {
		return err
	}
	if _, err := writeWhole(c.File, strings.NewReader(key), nil); err != nil {
		return err
	}
	public, _, _ := strings.Cut(key, "\n")
	_, err = fmt.Fprintln(t.out, t.lang.Say("cli.backups.key_made", "file", c.File, "public", strings.TrimPrefix(public, "# public key: ")))
	return err
}

// inPlace opens the backups of a place for a command.
func inPlace(t *terminal, place, keyFile string, use func(r *backup.Repository) error) error {
	key, err := readKey(keyFile)
	if err != nil {
		return err
	}
	err = repository(t, place, key, "", os.TempDir(), use)
	if e := fault.Of(err); e != nil {
		if more := toType(e.Kind, e.Code, ""); more != nil {
			said := *e
			said.Parts = append(slices.Clone(e.Parts), more)
			return &said
		}
	}
	return err
}

// snapshotAt is the newest snapshot, or the newest up to the end of a day, minute or second, in
// Asia/Ho_Chi_Minh unless it says another zone. Fault: backup.bad_moment.
func snapshotAt(t *terminal, r *backup.Repository, at string) (backup.Snapshot, error) {
	var upto time.Time
	if at != "" {
		var err error
		for _, form := range []struct {
			layout string
			lasts  time.Duration
		}{{time.DateOnly, 24 * time.Hour}, {"15:04 2/1/2006", time.Minute}, {time.RFC3339, time.Second}} {
			if upto, err = time.ParseInLocation(form.layout, at, text.Zone); err == nil {
				upto = upto.Add(form.lasts - time.Second)
				break
			}
		}
		if err != nil {
			return backup.Snapshot{}, fault.New(fault.Invalid, "backup.bad_moment", "text", at)
		}
	}
	return r.Upto(t, upto)
}
