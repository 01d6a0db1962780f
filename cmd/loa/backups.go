package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"loa/accounts"
	"loa/client"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/store/backup"
	"loa/store/folder"
	"loa/store/remote"
	"loa/web/backups"
	"loa/web/health"
)

// backupPlace is where a daemon keeps backups by itself, as its flags say.
type backupPlace struct {
	name  string // "" for nowhere
	login remote.Login
	key   backup.Key
	keep  backup.Keep
}

// opener is what opens a place for a command.
type opener struct {
	Key   string `help:"cli.flag.backups_key"`
	Login string `help:"cli.flag.backups_login"`
}

// opens reports whether what is kept there can be read again here.
func (p backupPlace) opens() bool { return !p.key.Closes() || p.key.Opens() }

// readBackupPlace reads the flags. Faults: backup.bad_key, backup.bad_keep, store.bad_place, store.bad_login, backup.no_place_set
// when there is a key, a login or a number to keep but no place, those of the files.
func readBackupPlace(name string, by opener, keep string) (p backupPlace, err error) {
	if name == "" && (by != opener{} || keep != "") {
		return p, fault.New(fault.Invalid, "backup.no_place_set")
	}
	p = backupPlace{name: name, keep: backup.UsualKeep}
	switch {
	case remote.Is(name):
		_, err = remote.Address(name)
	case name != "":
		p.name, err = filepath.Abs(name)
	}
	if err == nil {
		p.key, err = readKey(by.Key)
	}
	if err == nil {
		if p.login, err = remote.LoginOf(by.Login); err != nil && fault.Of(err).Kind == fault.Internal {
			err = fileFault(by.Login, err)
		}
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

// open opens the place, for as long as use takes: a disk may be changed for another between two of them. What is on its way
// to another machine lies in the folder temp.
func (p backupPlace) open(ctx context.Context, temp string, use func(place backup.Place) error) error {
	var place interface {
		backup.Place
		Close() error
	}
	var err error
	if remote.Is(p.name) {
		place, err = remote.Open(ctx, p.name, p.login, temp)
	} else {
		place, err = folder.OpenPlace(p.name)
	}
	if err != nil {
		return err
	}
	return errors.Join(use(place), place.Close())
}

// repository opens the backups of the place.
func (p backupPlace) repository(ctx context.Context, installation, temp string, use func(r *backup.Repository) error) error {
	return p.open(ctx, temp, func(place backup.Place) error {
		r, err := backup.OpenRepository(ctx, place, engine, p.key, installation, temp)
		if err != nil {
			return err
		}
		return use(r)
	})
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
	return p.repository(ctx, k.d.store.ID(), k.d.blobs.TempDir(), use)
}

// lookLimit is how long a page waits for a place that does not answer.
const lookLimit = 20 * time.Second

// look is open for who waits for it.
func (k *keeper) look(ctx context.Context, use func(ctx context.Context, r *backup.Repository) error) error {
	short, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	err := k.open(short, func(r *backup.Repository) error { return use(short, r) })
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = fault.New(fault.Unavailable, "store.place_away", "place", k.d.cfg.backups.name).Because(err)
	}
	return err
}

// Snapshots implements backups.Keeper.
func (k *keeper) Snapshots(ctx context.Context) (list []backups.Snapshot, err error) {
	err = k.look(ctx, func(ctx context.Context, r *backup.Repository) error {
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
	return k.look(ctx, func(context.Context, *backup.Repository) error { return nil })
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
	opener
	Place string `arg:"" optional:"" name:"backup_place"`
	JSON  bool   `help:"cli.flag.json"`
}

// Run reads the place or asks the daemon, and prints.
func (c backupsList) Run(t *terminal) error {
	if c.Place == "" {
		items, err := c.client().GetBackups(t)
		if err != nil {
			return err
		}
		return c.print(t, items)
	}
	return inPlace(t, c.Place, c.opener, func(r *backup.Repository) error {
		all, err := r.Snapshots(t)
		if err != nil {
			return err
		}
		items := make([]client.BackupsSnapshot, len(all))
		for i, s := range all {
			items[i] = client.BackupsSnapshot(s)
		}
		return c.print(t, items)
	})
}

func (c backupsList) print(t *terminal, items []client.BackupsSnapshot) error {
	return listed(t, c.JSON, items, t.lang.Say("cli.backups.columns"), func(s client.BackupsSnapshot) string {
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
	made, err := c.client().PostBackups(t)
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(made)
	}
	_, err = fmt.Fprintln(t.out, t.lang.Say("cli.backups.made", "at", made.At, "size", text.Bytes(made.Size), "n", made.Files,
		"audio", text.Bytes(made.Bytes)))
	return err
}

// backupsTry restores the newest backup of a place for trial, or has the daemon do it.
type backupsTry struct {
	reach
	opener
	Place string `arg:"" optional:"" name:"backup_place"`
	JSON  bool   `help:"cli.flag.json"`
}

// Run tries and prints.
func (c backupsTry) Run(t *terminal) error {
	var done client.BackupsTried
	var err error
	if c.Place == "" {
		done, err = c.client().PostBackupsTry(t)
	} else {
		err = inPlace(t, c.Place, c.opener, func(r *backup.Repository) error {
			tried, err := tryNewest(t, r, time.Now())
			done = client.BackupsTried{BackupsSnapshot: client.BackupsSnapshot(tried.Snapshot), Files: tried.Files, Bytes: tried.Bytes}
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
	opener
	Place string `arg:"" name:"backup_place"`
}

// Run makes it.
func (c backupsBegin) Run(t *terminal) error {
	p, err := readBackupPlace(c.Place, c.opener, "")
	if err == nil {
		err = p.open(t, os.TempDir(), func(place backup.Place) error { return backup.Begin(t, place, p.key) })
	}
	if err != nil {
		return advised(err)
	}
	say := "cli.backups.begun"
	switch {
	case p.key.Opens():
		say = "cli.backups.begun_closed"
	case p.key.Closes():
		say = "cli.backups.begun_public"
	}
	serve := "loa serve --backups " + c.Place
	if c.Login != "" {
		serve += " --backups-login " + c.Login
	}
	if c.Key != "" {
		serve += " --backups-key " + c.Key
	}
	_, err = fmt.Fprintln(t.out, t.lang.Say(say, "place", c.Place, "serve", serve))
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
func inPlace(t *terminal, place string, by opener, use func(r *backup.Repository) error) error {
	p, err := readBackupPlace(place, by, "")
	if err == nil {
		err = p.repository(t, "", os.TempDir(), use)
	}
	return advised(err)
}

// advised adds to a refusal of a place what to type instead.
func advised(err error) error {
	e := fault.Of(err)
	if e == nil {
		return err
	}
	more := toType(e.Kind, e.Code, "")
	if more == nil {
		return err
	}
	said := *e
	said.Parts = append(slices.Clone(e.Parts), more)
	return &said
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
