package inspect

import (
	"time"

	"modelscan/pickle"
)

// Limits bound what inspecting one file may cost. A zero field means its
// default; there is no "unlimited". Going past one makes the file incomplete.
type Limits struct {
	Pickle       pickle.Limits // of each program; MaxNames of the file, and MaxMemory, a quarter of it, of what is held decompressed
	MaxExpansion int64         // bytes that the file may decompress to; default 16 GiB
	MaxRatio     int64         // of decompressed to compressed size, of what gives more than 256 MiB; default 10,000
	MaxMembers   int           // of all containers in the file; default 1,000,000
	MaxPrograms  int           // programs in one stream; default 1,000,000
	MaxArrays    int           // arrays listed one by one; default 100,000
	MaxIssues    int           // issues listed; default 1,000
	MaxDepth     int           // of containers in containers; default 16
	Timeout      time.Duration // for one file; default 10 minutes
}

func (l Limits) withDefaults() Limits {
	def := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	if l.MaxExpansion <= 0 {
		l.MaxExpansion = 16 << 30
	}
	if l.Timeout <= 0 {
		l.Timeout = 10 * time.Minute
	}
	if l.MaxRatio <= 0 {
		l.MaxRatio = 10_000
	}
	if l.Pickle.MaxMemory <= 0 {
		l.Pickle.MaxMemory = 4 << 30
	}
	def(&l.Pickle.MaxNames, 1<<16)
	def(&l.MaxMembers, 1_000_000)
	def(&l.MaxPrograms, 1_000_000)
	def(&l.MaxArrays, 100_000)
	def(&l.MaxIssues, 1_000)
	def(&l.MaxDepth, 16)
	return l
}

// held is how much decompressed data may be held in memory at once.
func (l *Limits) held() int64 { return l.Pickle.MaxMemory / 4 }
