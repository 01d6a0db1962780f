package usb

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"sort"
	"time"

	"loa/internal/fault"
	"loa/library"
)

// Archive is a ZIP of stored (not deflated) files that is made while it is
// read: nothing of it stands in memory or on disk, its length is known before,
// and reading may begin anywhere, so that a broken download goes on where it
// stopped. It is for one reader at a time; Close it after use.
type Archive struct {
	ctx   context.Context
	files []member
	ends  []int64 // where each piece ends: header and bytes of each file, then the directory
	tag   string
	pos   int64

	open   io.ReadSeekCloser // the bytes of the file being read
	opened int               // which that is
	at     int64             // where open stands
}

// member is one file of an Archive. Its bytes are a copy of the library, or text.
type member struct {
	name string
	size int64
	at   time.Time
	copy library.Copy
	text []byte
	crc  *uint32 // once it is known
}

// The sizes of a ZIP's records without the name, and the version of the format
// that stored files need.
const (
	headerSize    = 30
	entrySize     = 46
	endSize       = 22
	formatVersion = 20
)

// NewArchive is the ZIP of the stick's files behind list, which becomes
// ListName. Fault: usb.too_large, for what a ZIP of the kind that old PCs read
// cannot hold (4 GB).
func NewArchive(ctx context.Context, s Stick, list []byte, at time.Time, blobs library.Blobs) (*Archive, error) {
	a := &Archive{ctx: ctx, opened: -1}
	a.files = append(a.files, member{name: ListName, size: int64(len(list)), at: at, text: list})
	for _, f := range s.Files {
		own := library.CopyOf(blobs, f.Blob)
		if f.own != nil {
			own = *f.own
		}
		a.files = append(a.files, member{name: f.Name, size: own.Size, at: f.At, copy: own})
	}
	tag := sha256.New()
	var end, directory int64
	for _, f := range a.files {
		a.ends = append(a.ends, end+headerSize+int64(len(f.name)), end+headerSize+int64(len(f.name))+f.size)
		end = a.ends[len(a.ends)-1]
		directory += entrySize + int64(len(f.name))
		fmt.Fprintf(tag, "%q %d %d %s %x\n", f.name, f.size, dosTime(f.at), f.copy.Tag, sha256.Sum256(f.text))
	}
	a.ends = append(a.ends, end+directory+endSize)
	if a.Size() > math.MaxUint32 || len(a.files) >= math.MaxUint16 {
		return nil, fault.New(fault.TooLarge, "usb.too_large")
	}
	a.tag = hex.EncodeToString(tag.Sum(nil))
	return a, nil
}

// Size is the length of the whole in bytes.
func (a *Archive) Size() int64 { return a.ends[len(a.ends)-1] }

// Tag names the content: two archives of equal Tag are equal byte for byte.
func (a *Archive) Tag() string { return a.tag }

// Close gives back what reading has opened.
func (a *Archive) Close() error {
	if a.open == nil {
		return nil
	}
	err := a.open.Close()
	a.open, a.opened = nil, -1
	return err
}

// Seek implements io.Seeker.
func (a *Archive) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += a.pos
	case io.SeekEnd:
		offset += a.Size()
	}
	if offset < 0 {
		return 0, errors.New("usb: seek before the start")
	}
	a.pos = offset
	return offset, nil
}

// Read implements io.Reader. An error is the disk's or the context's; a blob
// that was removed meanwhile is library.blob_missing.
func (a *Archive) Read(p []byte) (n int, err error) {
	if a.pos >= a.Size() {
		return 0, io.EOF
	}
	piece := sort.Search(len(a.ends), func(i int) bool { return a.pos < a.ends[i] })
	var begin int64
	if piece > 0 {
		begin = a.ends[piece-1]
	}
	file, from := piece/2, a.pos-begin
	if left := a.ends[piece] - a.pos; int64(len(p)) > left {
		p = p[:left]
	}
	switch {
	case piece == len(a.ends)-1:
		n, err = copyFrom(p, from, a.directory)
	case piece%2 == 0:
		n, err = copyFrom(p, from, func() ([]byte, error) { return a.header(file) })
	case a.files[file].text != nil:
		n = copy(p, a.files[file].text[from:])
	default:
		n, err = a.bytes(p, file, from)
	}
	a.pos += int64(n)
	return n, err
}

func copyFrom(p []byte, from int64, make func() ([]byte, error)) (int, error) {
	b, err := make()
	if err != nil {
		return 0, err
	}
	return copy(p, b[from:]), nil
}

// bytes reads of a file's blob.
func (a *Archive) bytes(p []byte, file int, from int64) (int, error) {
	if err := context.Cause(a.ctx); err != nil {
		return 0, err
	}
	if a.opened != file {
		if err := a.Close(); err != nil {
			return 0, err
		}
		f, err := a.files[file].copy.Open(a.ctx)
		if err != nil {
			return 0, err
		}
		a.open, a.opened, a.at = f, file, 0
	}
	if a.at != from {
		if _, err := a.open.Seek(from, io.SeekStart); err != nil {
			return 0, err
		}
		a.at = from
	}
	n, err := a.open.Read(p)
	a.at += int64(n)
	if err == io.EOF && n == 0 {
		err = io.ErrUnexpectedEOF // shorter than its record says
	} else if err == io.EOF {
		err = nil
	}
	return n, err
}

// sum is the CRC-32 of a file. It stands before the file, so each is read
// twice: headers that leave it to the end are what old programs cannot read.
func (a *Archive) sum(file int) (uint32, error) {
	f := &a.files[file]
	if f.crc != nil {
		return *f.crc, nil
	}
	h := crc32.NewIEEE()
	h.Write(f.text)
	if f.text == nil {
		buf := make([]byte, 64<<10)
		for at := int64(0); at < f.size; {
			n, err := a.bytes(buf[:min(int64(len(buf)), f.size-at)], file, at)
			if err != nil {
				return 0, err
			}
			h.Write(buf[:n])
			at += int64(n)
		}
	}
	sum := h.Sum32()
	f.crc = &sum
	return sum, nil
}

// describe is what both records of a file tell, from the version on.
func (a *Archive) describe(file int) ([]byte, error) {
	f := a.files[file]
	sum, err := a.sum(file)
	b := binary.LittleEndian.AppendUint16(nil, formatVersion)
	b = append(b, 0, 0, 0, 0) // no flags, stored
	b = binary.LittleEndian.AppendUint32(b, dosTime(f.at))
	b = binary.LittleEndian.AppendUint32(b, sum)
	b = binary.LittleEndian.AppendUint32(b, uint32(f.size))
	b = binary.LittleEndian.AppendUint32(b, uint32(f.size))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(f.name)))
	return append(b, 0, 0), err // nothing extra
}

// header is what stands before a file's bytes.
func (a *Archive) header(file int) ([]byte, error) {
	told, err := a.describe(file)
	return slices.Concat([]byte("PK\x03\x04"), told, []byte(a.files[file].name)), err
}

// directory is what stands behind all files.
func (a *Archive) directory() ([]byte, error) {
	var b []byte
	for i, f := range a.files {
		told, err := a.describe(i)
		if err != nil {
			return nil, err
		}
		b = append(b, "PK\x01\x02"...)
		b = binary.LittleEndian.AppendUint16(b, formatVersion) // made by
		b = append(append(b, told...), make([]byte, 10)...)    // no comment, first disk, no attributes
		b = binary.LittleEndian.AppendUint32(b, uint32(a.ends[2*i]-headerSize-int64(len(f.name))))
		b = append(b, f.name...)
	}
	size := len(b)
	b = append(b, "PK\x05\x06\x00\x00\x00\x00"...)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(a.files)))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(a.files)))
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	b = binary.LittleEndian.AppendUint32(b, uint32(a.ends[len(a.ends)-2]))
	return append(b, 0, 0), nil // no comment
}

// dosTime is t as its own zone's clock shows it, to two seconds, in the form of
// FAT and ZIP; never before 1980.
func dosTime(t time.Time) uint32 {
	if t.Year() < 1980 {
		return 1<<21 | 1<<16
	}
	return uint32(t.Year()-1980)<<25 | uint32(t.Month())<<21 | uint32(t.Day())<<16 | uint32(t.Hour())<<11 | uint32(t.Minute())<<5 | uint32(t.Second()/2)
}
