#!/bin/sh
# Inside fresh namespaces: make folder $1 the root, with /dev, /run and /tmp of its own and disk $2 at /var/lib/pumpd, and
# become its systemd. Nothing of the machine is in reach but its kernel, whose settings are read-only here.
set -e
mount --bind "$1" "$1"
mkdir -p "$1/var/lib/pumpd" "$1/old"
mount -o loop,errors=remount-ro "$2" "$1/var/lib/pumpd"
cd "$1"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,ro,bind proc/sys
mount -t sysfs -o ro sys sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 dev dev
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 pts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for row in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
    # shellcheck disable=SC2086 # three words are meant
    set -- $row
    mknod -m 666 "dev/$1" c "$2" "$3"
done
mount -t tmpfs -o mode=755 run run
mount -t tmpfs tmp tmp
ip link set lo up
pivot_root . old
umount -l /old
export container=pumpd-proof
exec /lib/systemd/systemd --system --unit=multi-user.target --log-target=null --show-status=0
