;; The smallest bot that is a component. A test fills in the words in capitals.
(component
  (core module $Main
    (memory (export "memory") MEMORY)
    (global $next (mut i32) (i32.const 4096))
    TABLES
    (data (i32.const 256) "[\"LEFT\"]")
    ;; Never gives anything back: a match is short.
    (func (export "realloc") (param i32 i32 i32) (param $bytes i32) (result i32) (local $given i32)
      (local.set $given (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
      (global.set $next (i32.add (local.get $given) (local.get $bytes)))
      (local.get $given))
    (func $start START)
    (start $start)
    (func (export "warm") (result i32) unreachable)
    (func (export "load") (param $files i32) (param $count i32) (param i64 i32 i32) (result i32)
      LOAD
      (i32.const 64))
    (func (export "turn") (param i32 i32) (result i32)
      TURN
      ;; A reply: ok, where it is, how long it is.
      (i32.store (i32.const 132) (i32.const 256))
      (i32.store (i32.const 136) (i32.const 8))
      (i32.const 128)))
  (core instance $main (instantiate $Main))
  (alias core export $main "memory" (core memory $m))
  (alias core export $main "realloc" (core func $realloc))
  (type $source-file (record (field "path" string) (field "content" (list u8))))
  (type $fault-kind (enum "load-error" "policy" "exception" "bad-reply" "out-of-memory" "exited"))
  (type $fault (record (field "kind" $fault-kind) (field "message" string) (field "traceback" string)))
  (func $warm (result (result (error $fault)))
    (canon lift (core func $main "warm") (memory $m)))
  (func $load (param "files" (list $source-file)) (param "seed" u64) (param "policy" string) (result (result (error $fault)))
    (canon lift (core func $main "load") (memory $m) (realloc $realloc)))
  (func $turn (param "observation" string) (result (result string (error $fault)))
    (canon lift (core func $main "turn") (memory $m) (realloc $realloc)))

  (component $Face
    (type $sf0 (record (field "path" string) (field "content" (list u8))))
    (import "a" (type $sf1 (eq $sf0)))
    (type $k0 (enum "load-error" "policy" "exception" "bad-reply" "out-of-memory" "exited"))
    (import "b" (type $k1 (eq $k0)))
    (type $f0 (record (field "kind" $k1) (field "message" string) (field "traceback" string)))
    (import "c" (type $f1 (eq $f0)))
    (import "d" (func $warm (result (result (error $f1)))))
    (import "e" (func $load (param "files" (list $sf1)) (param "seed" u64) (param "policy" string) (result (result (error $f1)))))
    (import "f" (func $turn (param "observation" string) (result (result string (error $f1)))))
    (export $sf "source-file" (type $sf0))
    (export $k "fault-kind" (type $k0))
    (type $f2 (record (field "kind" $k) (field "message" string) (field "traceback" string)))
    (export $f "fault" (type $f2))
    (export "warm" (func $warm) (func (result (result (error $f)))))
    (export "load" (func $load) (func (param "files" (list $sf)) (param "seed" u64) (param "policy" string) (result (result (error $f)))))
    (export "turn" (func $turn) (func (param "observation" string) (result (result string (error $f))))))
  (instance $face (instantiate $Face
    (with "a" (type $source-file)) (with "b" (type $fault-kind)) (with "c" (type $fault))
    (with "d" (func $warm)) (with "e" (func $load)) (with "f" (func $turn))))
  (export "arena:bot/guest@1.0.0" (instance $face)))
