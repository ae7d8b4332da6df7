"""The words of the pages about personal data; the Portuguese serves Brazil and Portugal."""

from __future__ import annotations

from aftercare.tables.privacy import ReceiptKind

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Personal data",
        "other_language": "Português",
        "lede": "Find a person to hand out what the desk holds of them, or to erase it. Make sure "
        "first that it is this person who asks.",
        "who": "E-mail address, phone number, ticket number or customer number",
        "find": "Find the person",
        "found": "What was found",
        "several": "More than one customer is known by this. Choose by e-mail address.",
        "nobody": "Nobody is known by this, and it stands in no message. Check for typing errors; "
        "write phone numbers with area and country. A ticket's number finds its customer.",
        "too_short": "Write an e-mail address, a phone number, a ticket's number or a customer's "
        "number.",
        "gone": "This person is not on file any more: somebody has erased them, or the time of "
        "their records is over.",
        "about_them": "Receipts about this contact",
        "customer": "Customer",
        "no_name": "No name given",
        "nobody_on_file": "Nobody on file; the contact was only typed into chats",
        "email": "E-mail",
        "phone": "Phone",
        "website_id": "Id at the website",
        "number": "Customer number",
        "conversations": "Conversations",
        "tickets": "Tickets",
        "of_them_open": "of them open",
        "unclaimed": "Conversations of unknown people with this contact",
        "elsewhere": "Other customers' messages and tickets with this contact",
        "remembered": "Conversations that the bot remembers",
        "export_title": "Hand out",
        "export_text": "One ZIP file with readable JSON: contact, conversations, tickets, the "
        "bot's memory. Hand it over safely, then delete it.",
        "export_not": "Nothing can be handed out: nobody proved that the contact is theirs.",
        "download": "Download the data",
        "erase_title": "Erase",
        "erase_text": "Conversations, messages, the bot's memory and the contact go; tickets stay "
        "without the person, and open ones are closed. This cannot be undone.",
        "open_warning": "Tickets are still open: the work on them ends here.",
        "confirm": "To confirm, type",
        "erase": "Erase for good",
        "not_confirmed": "Nothing was erased: what you typed is not the contact shown. Type it "
        "exactly, or leave the page.",
        "in_work": "The bot still works on a message of this person. Their chats are closed, "
        "nothing else was removed. Try again in a minute; where the bot is stopped, have it "
        "started first.",
        "receipts": "Receipts",
        "receipts_text": "Each export and erasure leaves one. It tells what became of each store "
        "and nothing of the person.",
        "no_receipts": "Nothing was handed out or erased yet.",
        "receipt": "Receipt",
        "kind": "What",
        "at": "When",
        "by": "Who",
        "by_command": "Operator's command",
        ReceiptKind.EXPORT: "Export",
        ReceiptKind.ERASURE: "Erasure",
        "erased_now": "Erased. This is the receipt; it stays in the list.",
        "store": "Store",
        "found_records": "Found",
        "handed_out": "Handed out",
        "removed": "Removed",
        "anonymised": "Made anonymous",
        "kept": "Kept",
        "why": "Why",
        "person_hash": "Fingerprint of the contact",
        "newest": "Newest",
        "newer": "Newer",
        "older": "Older",
        "pages": "Pages of the list",
    },
    "pt": {
        "title": "Dados pessoais",
        "other_language": "English",
        "lede": "Procure uma pessoa para entregar o que a empresa guarda dela, ou para apagar. "
        "Confirme antes que é ela mesma quem pede.",
        "who": "E-mail, telefone, número do atendimento ou número do cliente",
        "find": "Procurar a pessoa",
        "found": "O que foi encontrado",
        "several": "Mais de um cliente é conhecido por isto. Escolha pelo e-mail.",
        "nobody": "Ninguém é conhecido por isto, e não consta em nenhuma mensagem. Verifique se há "
        "erros de digitação; escreva telefones com DDD e código do país. O número de um "
        "atendimento leva ao cliente.",
        "too_short": "Escreva um e-mail, um telefone, o número de um atendimento ou o número "
        "do cliente.",
        "gone": "Esta pessoa não está mais no cadastro: alguém a apagou, ou o prazo dos registros "
        "terminou.",
        "about_them": "Recibos sobre este contato",
        "customer": "Cliente",
        "no_name": "Sem nome",
        "nobody_on_file": "Ninguém no cadastro; o contato só foi escrito em conversas",
        "email": "E-mail",
        "phone": "Telefone",
        "website_id": "Identificação no site",
        "number": "Número do cliente",
        "conversations": "Conversas",
        "tickets": "Atendimentos",
        "of_them_open": "deles abertos",
        "unclaimed": "Conversas de desconhecidos com este contato",
        "elsewhere": "Mensagens e atendimentos de outros clientes com este contato",
        "remembered": "Conversas que o assistente lembra",
        "export_title": "Entregar",
        "export_text": "Um arquivo ZIP com JSON legível: contato, conversas, atendimentos e a "
        "memória do assistente. Entregue com segurança e depois apague o arquivo.",
        "export_not": "Nada pode ser entregue: ninguém comprovou que o contato é seu.",
        "download": "Baixar os dados",
        "erase_title": "Apagar",
        "erase_text": "Conversas, mensagens, a memória do assistente e o contato são removidos; os "
        "atendimentos ficam sem a pessoa, e os abertos são fechados. Não há como desfazer.",
        "open_warning": "Ainda há atendimentos abertos: o trabalho neles termina aqui.",
        "confirm": "Para confirmar, escreva",
        "erase": "Apagar definitivamente",
        "not_confirmed": "Nada foi apagado: o que você escreveu não é o contato mostrado. "
        "Escreva-o exatamente assim, ou saia da página.",
        "in_work": "O assistente ainda trabalha em uma mensagem desta pessoa. As conversas foram "
        "encerradas, nada mais foi removido. Tente de novo em um minuto; se o assistente está "
        "parado, peça antes que o iniciem.",
        "receipts": "Recibos",
        "receipts_text": "Cada entrega e cada remoção deixa um. Ele diz o que houve em cada lugar "
        "e nada sobre a pessoa.",
        "no_receipts": "Nada foi entregue nem apagado ainda.",
        "receipt": "Recibo",
        "kind": "O quê",
        "at": "Quando",
        "by": "Quem",
        "by_command": "Comando do operador",
        ReceiptKind.EXPORT: "Entrega",
        ReceiptKind.ERASURE: "Remoção",
        "erased_now": "Apagado. Este é o recibo; ele fica na lista.",
        "store": "Lugar",
        "found_records": "Encontrados",
        "handed_out": "Entregues",
        "removed": "Removidos",
        "anonymised": "Anonimizados",
        "kept": "Mantidos",
        "why": "Motivo",
        "person_hash": "Impressão digital do contato",
        "newest": "Mais recentes",
        "newer": "Mais novos",
        "older": "Mais antigos",
        "pages": "Páginas da lista",
    },
}

#: Names of the stores in receipts.
STORES: dict[str, dict[str, str]] = {
    "en": {
        "customers": "Customer file",
        "chat_sessions": "Open chats",
        "conversations": "Conversations",
        "messages": "Messages",
        "unclaimed_conversations": "Conversations of unknown people",
        "unclaimed_messages": "Messages of unknown people",
        "messages_elsewhere": "Other customers' messages",
        "tickets": "Tickets",
        "ticket_records": "Records of tickets",
        "ticket_history": "History of tickets",
        "tickets_elsewhere": "Other customers' tickets",
        "trackers": "The bot's memory",
        "attachments": "Attachments",
        "index": "Search index",
        "backups": "Backups",
    },
    "pt": {
        "customers": "Cadastro do cliente",
        "chat_sessions": "Conversas abertas",
        "conversations": "Conversas",
        "messages": "Mensagens",
        "unclaimed_conversations": "Conversas de desconhecidos",
        "unclaimed_messages": "Mensagens de desconhecidos",
        "messages_elsewhere": "Mensagens de outros clientes",
        "tickets": "Atendimentos",
        "ticket_records": "Registros dos atendimentos",
        "ticket_history": "Histórico dos atendimentos",
        "tickets_elsewhere": "Atendimentos de outros clientes",
        "trackers": "Memória do assistente",
        "attachments": "Anexos",
        "index": "Índice de busca",
        "backups": "Cópias de segurança",
    },
}
