package allowlist

import (
	"bytes"
	"strings"
	"sync"
)

// unlisted says why a name is not trusted that no list holds.
func unlisted(n name) string {
	switch {
	case n.module == "__main__" || n.module == "__mp_main__":
		return "needs the code of __main__ (the author's own script)"
	case rebuildsCode(n.module):
		return "makes functions, classes or modules of code that the file carries"
	case !knownPackage(n.module):
		return "needs the code of " + plain(n.module) + ", which has no list"
	case strings.Contains(n.qualname, "."):
		return "not on any list, where it would be written " + plain(n.String())
	}
	return "not on any list"
}

// rebuildsCode says whether a module belongs to a pickler of code. Most of
// its functions are what a file's own code begins with.
func rebuildsCode(module string) bool {
	for _, pickler := range []string{"cloudpickle", "dill", "joblib.externals.cloudpickle", "numba.cloudpickle"} {
		if module == pickler || strings.HasPrefix(module, pickler+".") {
			return true
		}
	}
	return false
}

// knownPackage says whether a module is Python's own or belongs to a library
// that a built-in list has names of. The code of any other is its author's.
func knownPackage(module string) bool {
	top, _, _ := strings.Cut(module, ".")
	return knownPackages()[top]
}

var knownPackages = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for top := range strings.FieldsSeq(standardLibrary) {
		known[top] = true
	}
	for _, list := range shelf() {
		for line := range bytes.Lines(list.text()) {
			spelled := spelledAt(line, 0)
			known[string(spelled[:max(0, bytes.IndexAny(spelled, ".:"))])] = true
		}
	}
	return known
})

// standardLibrary are the top-level modules of Python 2.7 and of 3.6 to 3.15,
// and those of its look-ups by argument (codecs).
const standardLibrary = `
BaseHTTPServer Bastion CGIHTTPServer ConfigParser Cookie DocXMLRPCServer HTMLParser MimeWriter Queue SimpleHTTPServer
SimpleXMLRPCServer SocketServer StringIO UserDict UserList UserString _LWPCookieJar _MozillaCookieJar __builtin__ __future__
_abc _abcoll _aix_support _android_support _apple_support _ast _ast_unparse _asyncio _bisect _blake2 _bootsubprocess _bz2
_codecs _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _collections _collections_abc _colorize
_compat_pickle _compression _contextvars _crypt _csv _ctypes _curses _curses_panel _datetime _dbm _decimal _elementtree
_frozen_importlib _frozen_importlib_external _functools _gdbm _hashlib _heapq _hmac _imp _interpchannels _interpqueues
_interpreters _io _ios_support _json _locale _lsprof _lzma _markupbase _math_integer _md5 _msi _multibytecodec _multiprocessing
_opcode _opcode_metadata _operator _osx_support _overlapped _pickle _posixshmem _posixsubprocess _py_abc _py_warnings
_pydatetime _pydecimal _pyio _pylong _pyrepl _queue _random _remote_debugging _scproxy _sha1 _sha2 _sha256 _sha3 _sha512 _signal
_socket _sqlite3 _sre _ssl _stat _statistics _string _strptime _struct _suggestions _symtable _sysconfig _sysconfigdata _thread
_threading_local _tkinter _tokenize _tracemalloc _types _typing _uuid _warnings _weakref _weakrefset _winapi _wmi _zoneinfo
_zstd abc aifc annotationlib antigravity anydbm argparse array ast asynchat asyncio asyncore atexit audiodev audioop base64 bdb
binascii binhex bisect builtins bz2 cPickle cProfile cStringIO calendar cgi cgitb chunk cmath cmd code codecs codeop collections
colorsys commands compileall compression concurrent configparser contextlib contextvars cookielib copy copy_reg copyreg crypt
csv ctypes curses dataclasses datetime dbhash dbm decimal difflib dircache dis distutils doctest dumbdbm dummy_thread
dummy_threading email encodings ensurepip enum errno exceptions faulthandler fcntl filecmp fileinput fnmatch formatter fpformat
fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html htmlentitydefs
htmllib http httplib idlelib ihooks imaplib imghdr imp importlib imputil inspect io ipaddress itertools json keyword lib2to3
linecache locale logging lzma macpath macurl2path mailbox mailcap markupbase marshal math md5 mhlib mimetools mimetypes mimify
mmap modulefinder msilib msvcrt multifile multiprocessing mutex netrc new nis nntplib nt ntpath nturl2path numbers opcode
operator optparse os os2emxpath ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform plistlib popen2 poplib posix
posixfile posixpath pprint profile profiling pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re
readline repr reprlib resource rexec rfc822 rlcompleter robotparser runpy sched secrets select selectors sets sgmllib sha shelve
shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre sre_compile sre_constants sre_parse ssl stat
statistics statvfs string stringold stringprep struct subprocess sunau sunaudio symbol symtable sys sysconfig syslog tabnanny
tarfile telnetlib tempfile termios textwrap this threading time timeit tkinter toaiff token tokenize tomllib trace traceback
tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib urllib2 urlparse user uu uuid venv warnings wave
weakref webbrowser whichdb winreg winsound wsgiref xdrlib xml xmllib xmlrpc xmlrpclib zipapp zipfile zipimport zlib zoneinfo`
